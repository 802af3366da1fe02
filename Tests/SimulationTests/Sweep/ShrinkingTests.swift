import PorxySimulation
import TestSupport
import Testing

/// Failing runs are made smaller as long as they fail in the same way.
@Suite("sweep: shrinking", .timed) struct ShrinkingTests {
  /// Without keepalive, porxy never learns that both hosts lost their power while nothing was under way: a session that
  /// does not end, which no drawn run may have.
  private static func flawed() throws -> RunSetup? {
    for number in 0..<4000 {
      let seed = Seed(0x5eed).run(UInt64(number))
      let drawn = RunSetup(drawing: seed)
      guard drawn.sessionCount > 3, drawn.faultCount > 3 else { continue }
      guard loses("client", drawn), loses("server", drawn) else { continue }
      let text = drawn.description.split(separator: "\n").map { line in
        line.hasPrefix("porxy: ") ? line + ", timeouts.keepalive off" : String(line)
      }
      let script = try RunSetup(reading: text.joined(separator: "\n"))
      if script.perform().findings.first?.rule == .liveness { return script }
    }
    return nil
  }

  private static func loses(_ host: String, _ script: RunSetup) -> Bool {
    script.description.contains("fault: power loss \(host)")
  }

  @Test("what is left is small, fails by the same rule, and holds it without its fault")
  func shrinks() throws {
    let script = try #require(try Self.flawed())
    let small = script.shrunk()
    #expect(small.sessionCount == 1)
    #expect((1...2).contains(small.faultCount), "\(small)")
    #expect(small.description.utf8.count * 2 < script.description.utf8.count)
    // Read from its text, it fails in the same way.
    let again = try RunSetup(reading: small.description)
    #expect(again.perform().findings.first?.rule == .liveness)
    #expect(again.perform().hash == small.perform().hash)
    let healthy = small.description.split(separator: "\n").filter { !$0.hasPrefix("fault: ") }
    #expect(try RunSetup(reading: healthy.joined(separator: "\n")).perform().findings == [], "\(small)")
    let watchful = small.description.split(separator: "\n").map { $0.hasPrefix("porxy: ") ? "porxy: relay auto" : $0 }
    #expect(try RunSetup(reading: watchful.joined(separator: "\n")).perform().findings == [], "\(small)")
    expectComplete(FailureReport(small, drawsLadder: false, savedAs: "some.run").description)
  }

  /// What a person needs is in the report.
  private func expectComplete(_ report: String) {
    for part in [
      "LIVENESS at ", "rule: \(CheckedRule.liveness.sentence)", "porxy replay some.run", "setup:\n", "  fault: ",
      "last events:\n",
      "sockets when the first rule broke:\n", "peers:\n",
    ] { #expect(report.contains(part), "\(part) is not in\n\(report)") }
  }

  @Test("nothing is taken from a run that holds every rule")
  func good() {
    let script = RunSetup(drawing: Seed(5))
    #expect(script.shrunk() == script)
  }

  @Test("it ends when it is told to, with the smallest run so far")
  func bounded() {
    let script = RunSetup(drawing: Seed(5))
    var tries = 0
    let small = script.shrunk {
      tries += 1
      return tries <= 3
    } while: { _ in
      true
    }
    #expect(tries == 4)
    #expect(small.sessionCount <= script.sessionCount)
  }

  @Test("a trace is drawn, with a column for each part")
  func ladder() {
    let report = FailureReport(Seed(5), entriesMax: 100_000, drawsLadder: true).description
    #expect(report.contains("all rules held\n"))
    #expect(report.contains("trace:\n") && report.contains("porxy                     server"))
    #expect(report.contains("──▶│"))
  }
}
