import PorxySimulation
import TestSupport
import Testing

/// Random runs as text.
@Suite("sweep: runs as text", .timed) struct RunTextTests {
  private static let seeds = (0..<200).map { Seed(0x7e47).run(UInt64($0)) }

  @Test("what is printed reads back as the same run")
  func readsBack() throws {
    for seed in Self.seeds {
      let script = RunSetup(drawing: seed)
      let text = script.description
      #expect(RunSetup.isMeant(by: text))
      let again = try RunSetup(reading: text)
      #expect(again == script, "\(text)")
      #expect(again.description == text)
    }
  }

  @Test("what is read back runs as the seed does")
  func runsAlike() throws {
    for seed in Self.seeds.prefix(40) {
      let again = try RunSetup(reading: RunSetup(drawing: seed).description).perform()
      #expect(again.hash == Run.perform(seed).hash, "\(seed)")
    }
  }

  private static let good = """
    # written by a person
    run: v4:0x1f
    length: 2s
    latencies: clients 50us, servers 300us
    porxy: relay copy
    machine: pipes 0, fin timeout 2s
    client 0 at 1s on client1 as asks: send 300, finish, drain, close
    server 0 on server1 as answers by 10: drain, close
    fault: one way partition client1 porxy 0 from 500ms until 1.5s
    live: from 500ms until 1s latency to client 5ms once

    """

  @Test("a person's text is a run")
  func reads() throws {
    let script = try RunSetup(reading: Self.good)
    #expect((script.sessionCount, script.faultCount) == (1, 1))
    #expect(script.seed == Seed(0x1f))
    #expect(script.perform().findings == [])
  }

  @Test(
    "mistakes are told by line and column",
    arguments: [
      ("v4:0x1f", "v4:y", "2:6: expected a seed like v4:0x1f, not 'v4'"),
      ("length: 2s", "lenght: 2s", "3:1: unknown line 'lenght'; did you mean 'length'?"),
      ("length: 2s", "run: 3", "3:1: duplicate line 'run'"),
      ("relay copy", "relay cpoy", "5:14: unknown relay mode 'cpoy'; did you mean 'copy'?"),
      ("client 0", "client 1", "7:8: expected 0, the next number, not '1'"),
      ("on server1", "on server2", "8:13: unknown host 'server2'; did you mean 'server1'?"),
      ("as asks", "as aks", "7:30: unknown profile 'aks'; did you mean 'asks'?"),
      ("finish, drain", "finsh, drain", "7:46: unknown action 'finsh'; did you mean 'finish'?"),
      ("until 1.5s", "until", "9:58: expected a time from 0s to 4000h here"),
      ("until 1.5s", "until 1.5s 3", "9:64: unexpected '3'"),
      ("length: 2s", "", "1:1: missing line 'length: …'"),
      ("length: 2s", "length: 4001h", "3:9: expected a time from 0s to 4000h, not '4001h'"),
      ("50us", "61s", "4:20: expected a latency from 1us to 1m, not '61s'"),
      ("pipes 0", "pipes 2000000", "6:16: expected pipes from 0 to 1048576, not '2000000'"),
      ("send 300", "send 5MiB", "7:41: expected bytes from 0 to 4MiB, not '5MiB'"),
      ("by 10", "by 0", "8:35: expected bytes from 1 to 1MiB, not '0'"),
      ("client1 porxy 0", "client1 porxy 1001", "9:40: expected the fault's amount from 0 to 1000, not '1001'"),
      ("relay copy", "workers 4", "5:16: expected workers from 1 to 3, not '4'"),
      ("relay copy", "descriptors 0", "5:20: expected descriptors from 1 to 1048576, not '0'"),
      (
        "5ms once", "5", "10:27: \"5\" is no duration: write a duration like 50ms, 2s or 1m"
      ),
      ("5ms once", "5ms as slow", "10:27: a line of a run's faults has no name: remove \"as\""),
    ])
  func refuses(_ part: String, _ other: String, _ expected: String) throws {
    let place = try #require(Self.good.firstRange(of: part))
    let text = Self.good.replacingCharacters(in: place, with: other)
    let error = try #require(throws: ScenarioError.self) { try RunSetup(reading: text) }
    #expect(error.description.split(separator: "\n").first.map(String.init) == expected)
  }

  @Test("faults of porxy's own are as many as a plan has lines at most")
  func boundsLiveFaults() throws {
    let line = "live: from 0s until 1s latency 1ms\n"
    let most = Self.good + String(repeating: line, count: 63)
    #expect(try RunSetup(reading: most).perform().findings == [])
    let error = try #require(throws: ScenarioError.self) { try RunSetup(reading: most + line) }
    #expect(error.description.contains("a run has at most 64 faults of porxy's own"))
  }

  @Test("the seed may come behind other lines, which stay")
  func seedLater() throws {
    let lines = Self.good.split(separator: "\n")
    let text = (lines[2...3] + lines[1...1] + lines[4...]).joined(separator: "\r\n")
    #expect(try RunSetup(reading: text) == RunSetup(reading: Self.good))
  }

  private static let shared = """
    run: v4:0x1f
    length: 2s
    latencies: clients 50us, servers 300us 1ms
    porxy: workers 2, relay copy, resolve.keep off
    machine: no v6, no way to v6
    name 0: silent, server1, server2 v6, refusing v6, porxy, unreachable
    name 1: porxy
    client 0 at 1s on client1 as asks: send 300
    client 1 at 1s on client1 to 2 as asks: send 300
    client 2 at 1s on client1 to 0 as asks: send 300
    server 0 on server1 by name 0 as answers: drain, close
    server 1 on server2 v6 does not listen as answers: drain, close
    listener 1 to server 0, sessions 2
    listener 2 to listener 0 by name 1
    fault: name hangs porxy backend0 0 from 500ms until 1.5s
    fault: ports exhausted to porxy server1 9000 from 500ms until 1.5s

    """

  @Test("listeners, servers and names are read as they are printed")
  func sharing() throws {
    let script = try RunSetup(reading: Self.shared)
    #expect((script.sessionCount, script.faultCount) == (3, 2))
    #expect(try RunSetup(reading: script.description) == script)
    let lines = script.description.split(separator: "\n").map(String.init)
    let expected = Self.shared.split(separator: "\n").map { $0.drop { $0 == " " } }.map(String.init)
    #expect(lines == expected)
    #expect(script.perform().findings == [])
  }

  @Test(
    "mistakes in what hangs together are told, too",
    arguments: [
      ("to 2 as", "to 3 as", "9:30: there is no listener 3"),
      ("listener 2 to listener 0", "listener 2 to listener 9", "14:24: there is no listener 9"),
      ("listener 2 to listener 0", "listener 3 to listener 0", "14:10: the next listener is 2"),
      ("by name 1", "by name 2", "14:34: expected the number of a name whose line comes before, not '2'"),
      ("sessions 2", "sessions 0", "13:34: expected sessions from 1 to 1000000, not '0'"),
      ("name 1: porxy", "name 1: proxy", "7:9: unknown target 'proxy'; did you mean 'porxy'?"),
      (
        "name hangs porxy backend0", "name hangs porxy backend2",
        "15:25: unknown name 'backend2'; did you mean 'backend0'?"
      ),
    ])
  func refusesShared(_ part: String, _ other: String, _ expected: String) throws {
    let place = try #require(Self.shared.firstRange(of: part))
    let text = Self.shared.replacingCharacters(in: place, with: other)
    let error = try #require(throws: ScenarioError.self) { try RunSetup(reading: text) }
    #expect(error.description.split(separator: "\n").first.map(String.init) == expected)
  }

  @Test("a run of the first version is read: a name for all, and a server for each client")
  func early() throws {
    let lines = Self.good.split(separator: "\n")
    let text = lines.map { $0.hasPrefix("run:") ? "run: v1:0x1f\nname: silent, server" : $0 }.joined(separator: "\n")
    let script = try RunSetup(reading: text)
    #expect(script.seed == Seed(0x1f))
    #expect(script.description.contains("name 0: silent, server1\n"))
    #expect(script.description.contains("server 0 on server1 by name 0 as answers by 10"))
  }

  @Test("a scenario is not taken for a run")
  func scenario() {
    #expect(!RunSetup.isMeant(by: "the run: a title\nclient connect\n"))
    #expect(!RunSetup.isMeant(by: ""))
  }
}

extension String {
  fileprivate func firstRange(of part: String) -> Range<Index>? {
    for start in indices where self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
    return nil
  }

  fileprivate func replacingCharacters(in range: Range<Index>, with other: String) -> String {
    self[..<range.lowerBound] + other + self[range.upperBound...]
  }
}
