/// A random run as text that a person reads, edits and runs again: the network, the peers and the plan of faults, all
/// that was drawn from its seed.
///
///     run: v1:0x1f
///     length: 2s
///     latencies: clients 50us, servers 300us
///     porxy: relay copy, timeouts.keepalive off
///     client 0 at 1s on client1 as asks: send 300, finish, drain, close
///     server 0 on server1 as answers: drain, close
///     fault: partition client1 porxy 0 from 500ms until 1.5s
///
/// docs/SCENARIOS.md has the vocabulary. The seed is left for small chances: jitter and cut points.
public struct RunScript: Sendable, Equatable {
  var setup: RunSetup

  /// What a seed stands for.
  public init(drawing seed: Seed) {
    setup = RunSetup(drawing: seed)
  }

  init(_ setup: RunSetup) {
    self.setup = setup
  }

  /// Reads what `description` writes.
  public init(reading text: String) throws(ScenarioError) {
    setup = try RunScriptReader.read(text)
  }

  /// Whether a text means to be a run rather than a scenario: its first word says so.
  public static func isMeant(by text: String) -> Bool {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = Words(line.prefix { $0 != "#" }, line: 1)
      if !words.isEmpty { return words.peek == RunKey.run.rawValue && words.peek(ahead: 1) == ":" }
    }
    return false
  }

  /// What small chances are drawn from, and what the run was drawn from if nobody has changed it.
  public var seed: Seed { setup.seed }
  /// Sessions, those of servers that do not listen included.
  public var sessionCount: Int { setup.sessions.count }
  /// Faults of its plan.
  public var faultCount: Int { setup.plan.faults.count }

  /// Performs the run and judges it; `entriesMax` is how many entries of the trace to keep.
  public func perform(entriesMax: Int = 0) -> RunOutcome { Run.perform(setup, entriesMax: entriesMax) }
}
