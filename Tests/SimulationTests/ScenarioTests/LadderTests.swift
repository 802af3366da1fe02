import PorxySimulation
import TestSupport
import Testing

/// The drawing of a run.
@Suite(.timed) struct LadderTests {
  private static let lateAnswer = """
    a late answer
    client connect
    client send 3
    client finish
    server receive 3 then end
    wait 1.5s
    server send 8
    server reset
    client receive 8 then reset
    """

  @Test("a run through porxy is drawn with three columns, its bytes, its end and its reset")
  func proxied() throws {
    let outcome = ScenarioRunner(entriesMax: 1000).run(try Scenario(reading: Self.lateAnswer), .proxied)
    let lines = outcome.ladder.split(separator: "\n")
    #expect(lines.first?.split(separator: " ") == ["client", "porxy", "server"])
    #expect(lines.contains { $0.hasSuffix("│─────── 3 bytes ────────▶│") }, "\(outcome.ladder)")
    #expect(lines.contains { $0.hasSuffix("│───────── end ──────────▶│") })
    #expect(lines.contains { $0.hasSuffix("│◀─────── 8 bytes ────────│") })
    #expect(
      lines.contains { $0.hasSuffix("│◀──────── reset ─────────│                         │") }, "\(outcome.ladder)")
    #expect(lines.contains { $0.contains("├ ◂ aborts") })
  }

  @Test("a direct run is drawn with two columns")
  func direct() throws {
    let outcome = ScenarioRunner(entriesMax: 1000).run(try Scenario(reading: Self.lateAnswer), .direct)
    let lines = outcome.ladder.split(separator: "\n")
    #expect(lines.first?.split(separator: " ") == ["client", "server"])
    #expect(lines.contains { $0.contains("3 bytes") && $0.hasSuffix("▶│") })
  }

  @Test("nothing is drawn that was not kept")
  func untraced() throws {
    #expect(ScenarioRunner().run(try Scenario(reading: Self.lateAnswer), .direct).ladder.isEmpty)
  }
}
