import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// PROXY headers that come in any pieces, and clients that go within them.
@Suite("PROXY protocol: headers in pieces", .timed) struct HeaderTests {
  private func run(_ settings: String, _ steps: [String]) throws -> ScenarioOutcome {
    let text = (["headers", "rules: HEADER", "arms: proxied", "porxy: \(settings)", ""] + steps).joined(separator: "\n")
    return ScenarioRunner().run(try Scenario(reading: text + "\n"), .proxied)
  }

  @Test("cut at every byte", arguments: SentHeader.allCases.filter { $0 != .wrong })
  func cut(_ header: SentHeader) throws {
    for count in 1..<header.bytes.count {
      let outcome = try run(
        "headers required, headers to backend v1",
        [
          "client connect", "client send header \(header.rawValue) next \(count)",
          "client send header \(header.rawValue) rest", "and client send 300", "and client finish",
          "server receive header v1 \(header == .unknown || header == .local ? "of client" : "told")",
          "server receive 300 then end", "server send 5", "server close", "client receive 5 then end", "client close",
        ])
      #expect(outcome.complaints == [], "\(count) bytes of \(header.rawValue):\n\(outcome.trace)")
    }
  }

  @Test("a byte a second", arguments: SentHeader.allCases.filter { $0 != .wrong })
  func dribbled(_ header: SentHeader) throws {
    let bytes = (1..<header.bytes.count).flatMap { _ in ["client send header \(header.rawValue) next 1", "wait 1s"] }
    let outcome = try run(
      "headers required, headers timeout 2m",
      ["client connect"] + bytes + ["server has 0 connections", "client send header \(header.rawValue) rest"] + [
        "client send 3", "server receive 3", "client close", "server receive end", "server close",
      ])
    #expect(outcome.complaints == [], "\(outcome.trace)")
  }

  @Test("an end behind any byte but the last", arguments: [SentHeader.v1, .v2])
  func ended(_ header: SentHeader) throws {
    for count in 1..<header.bytes.count {
      for joint in ["client finish", "and client finish"] {
        let outcome = try run(
          "headers required",
          [
            "client connect", "client send header \(header.rawValue) next \(count)", joint,
            "client receive reset within 50ms", "porxy tells porxy denied while connecting", "server has 0 connections",
          ])
        #expect(outcome.complaints == [], "\(count) bytes of \(header.rawValue):\n\(outcome.trace)")
        #expect(outcome.sessions.first?.denial == .header)
        #expect(outcome.sessions.first?.toBackend == SessionRecord.Tally())
      }
    }
  }

  @Test("a reset behind any byte but the last", arguments: [SentHeader.v1, .v2])
  func reset(_ header: SentHeader) throws {
    for count in 1..<header.bytes.count {
      for joint in ["client reset", "and client reset"] {
        let outcome = try run(
          "headers required",
          [
            "client connect", "client send header \(header.rawValue) next \(count)", joint,
            "porxy tells client reset while connecting", "server has 0 connections",
          ])
        #expect(outcome.complaints == [], "\(count) bytes of \(header.rawValue):\n\(outcome.trace)")
      }
    }
  }

  @Test("the record tells of the client that the header told, and of who told it")
  func told() throws {
    let outcome = try run(
      "headers required", ["client connect", "client send header v2", "client close", "server receive end"])
    let record = try #require(outcome.sessions.first)
    #expect(record.client == Endpoint(IPAddress(v4: 0xc000_0207), 1234))
    #expect(record.via?.address == IPAddress(v4: 0x0a00_0101))
    #expect(record.headerAt != nil && record.toBackend == SessionRecord.Tally())
  }
}
