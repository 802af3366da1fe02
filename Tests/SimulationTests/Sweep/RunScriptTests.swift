import PorxySimulation
import Testing

/// Random runs as text.
@Suite("sweep: runs as text") struct RunScriptTests {
  private static let seeds = (0..<200).map { Seed(0x7e47).run(UInt64($0)) }

  @Test("what is printed reads back as the same run")
  func readsBack() throws {
    for seed in Self.seeds {
      let script = RunScript(drawing: seed)
      let text = script.description
      #expect(RunScript.isMeant(by: text))
      let again = try RunScript(reading: text)
      #expect(again == script, "\(text)")
      #expect(again.description == text)
    }
  }

  @Test("what is read back runs as the seed does")
  func runsAlike() throws {
    for seed in Self.seeds.prefix(40) {
      let again = try RunScript(reading: RunScript(drawing: seed).description).perform()
      #expect(again.hash == Run.perform(seed).hash, "\(seed)")
    }
  }

  private static let good = """
    # written by a person
    run: v1:0x1f
    length: 2s
    latencies: clients 50us, servers 300us
    porxy: relay copy
    machine: pipes 0, fin timeout 2s
    client 0 at 1s on client1 as asks: send 300, finish, drain, close
    server 0 on server1 as answers by 10: drain, close
    fault: one way partition client1 porxy 0 from 500ms until 1.5s

    """

  @Test("a person's text is a run")
  func reads() throws {
    let script = try RunScript(reading: Self.good)
    #expect((script.sessionCount, script.faultCount) == (1, 1))
    #expect(script.seed == Seed(0x1f))
    #expect(script.perform().findings == [])
  }

  @Test(
    "mistakes are told by line and column",
    arguments: [
      ("v1:0x1f", "v1:y", "2:6: expected a seed like v1:0x1f, not 'v1'"),
      ("length: 2s", "lenght: 2s", "3:1: 'lenght' is no line of a run; did you mean 'length'?"),
      ("length: 2s", "run: 3", "3:1: 'run' was said before"),
      ("relay copy", "relay cpoy", "5:14: 'cpoy' is no way to relay; did you mean 'copy'?"),
      ("client 0", "client 1", "7:8: expected the number 0, the next one, not '1'"),
      ("on server1", "on server2", "8:13: 'server2' is no host; did you mean 'server1'?"),
      ("as asks", "as aks", "7:30: 'aks' is no temper; did you mean 'asks'?"),
      ("finish, drain", "finsh, drain", "7:46: 'finsh' is no deed; did you mean 'finish'?"),
      ("until 1.5s", "until", "9:58: expected a time like 1.5s or 10m here"),
      ("until 1.5s", "until 1.5s 3", "9:64: '3' is too much here"),
      ("length: 2s", "", "1:1: a run needs the line 'length: …'"),
    ])
  func refuses(_ part: String, _ other: String, _ expected: String) throws {
    let place = try #require(Self.good.firstRange(of: part))
    let text = Self.good.replacingCharacters(in: place, with: other)
    let error = try #require(throws: ScenarioError.self) { try RunScript(reading: text) }
    #expect(error.description.split(separator: "\n").first.map(String.init) == expected)
  }

  @Test("a scenario is not taken for a run")
  func scenario() {
    #expect(!RunScript.isMeant(by: "the run: a title\nclient connect\n"))
    #expect(!RunScript.isMeant(by: ""))
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
