import PorxySimulation
import TestSupport
import Testing

/// The lines of runs that recordings need: what a record has to say, what porxy is told, peers that read always.
@Suite("recording: runs as text") struct RecordedRunTextTests {
  static let good = """
    run: v4:0x1
    length: 30m
    latencies: clients 50us, servers 50us
    porxy: relay auto, timeouts.idle 5s
    orders: reset client 1 at 1s, stop at 2s
    client 0 at 0s on client1 as asks reading always: send 300, receive in all 200, finish, drain, close
    client 1 at 0s on client1 to 0 as asks by 10 reading always: pause 10ms, vanish
    record 0: client end, 300 to backend, 200 to client
    record 1: porxy admin
    server 0 on server1 as answers reading always: receive in all 300, send 200, drain, finish, close

    """

  @Test("such a run prints as it was written, and holds what it says")
  func reads() throws {
    let run = try RunSetup(reading: Self.good)
    #expect(run.description == Self.good)
    #expect(run.perform().findings == [])
  }

  @Test(
    "a record that says something else is a finding",
    arguments: [
      ("record 0: client end", "record 0: backend end"), ("300 to backend", "299 to backend"),
      ("record 1: porxy admin", "record 1: client reset"),
    ])
  func compares(_ part: String, _ other: String) throws {
    let text = Self.good.split(separator: part, maxSplits: 1).joined(separator: other)
    let findings = try RunSetup(reading: text).perform().findings
    #expect(findings.map(\.rule) == [.told])
    #expect(findings.first?.text.contains("was to say") == true)
  }

  @Test("the example in docs/RECORDING.md replays")
  func example() throws {
    let page = try #require(Settings.read(Settings.root + "/docs/RECORDING.md"))
    let lines = page.split(separator: "\n").drop { !$0.hasPrefix("    run:") }.prefix { $0.hasPrefix("    ") }
    let text = lines.map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(lines.count == 7)
    #expect(try RunSetup(reading: text).perform().findings == [])
  }

  @Test("a session that only ends because its peers give up has not ended as its record says")
  func endsByItself() throws {
    let text = Self.good.split(separator: "finish, drain, close").joined(separator: "drain")
      .split(separator: "drain, finish, close").joined(separator: "drain")
      .split(separator: ", stop at 2s").joined().split(separator: ", timeouts.idle 5s").joined()
      .split(separator: "pause 10ms, vanish").joined(separator: "drain")
    let findings = try RunSetup(reading: text).perform().findings
    #expect(
      findings.map(\.text) == ["the session of client 0, whose record is known, did not end before its peers gave up"])
  }

  @Test("without the order, the session ends otherwise")
  func orders() throws {
    let text = Self.good.split(separator: "reset client 1 at 1s, ").joined()
    let findings = try RunSetup(reading: text).perform().findings
    #expect(
      findings.map(\.text) == ["the record of client 1's session says 'porxy shutdown', and was to say 'porxy admin'"])
  }

  @Test(
    "mistakes are told by line and column",
    arguments: [
      ("record 0", "record 2", "8:8: expected the number of a client whose line comes before, not '2'"),
      ("record 1", "record 0", "9:1: duplicate line 'record 0'"),
      ("client end", "clent end", "8:11: unknown side 'clent'; did you mean 'client'?"),
      ("client end", "client ends", "8:18: unknown ending 'ends'; did you mean 'end'?"),
      ("to backend", "to server", "8:27: expected 'to backend', and the bytes to the client, not 'to'"),
      ("reset client 1", "reset client 7", "5:9: there is no client 7"),
      ("stop at", "stop", "5:36: expected 'at' and a time, not '2s'"),
      ("orders: reset", "orders: drop", "5:9: expected 'drain', 'stop' or 'reset client' and a number, not 'drop'"),
      ("vanish", "vanishs", "7:74: unknown action 'vanishs'; did you mean 'vanish'?"),
      ("in all 200", "in all 2000MiB", "6:76: expected bytes from 0 to 1000MiB, not '2000MiB'"),
    ])
  func refuses(_ part: String, _ other: String, _ expected: String) throws {
    let text = Self.good.split(separator: part, maxSplits: 1).joined(separator: other)
    let error = try #require(throws: ScenarioError.self) { try RunSetup(reading: text) }
    #expect(error.description.split(separator: "\n").first.map(String.init) == expected)
  }
}
