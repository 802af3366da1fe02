public import PorxyCore

/// What came of running a scenario in one arm.
public struct ScenarioOutcome: Sendable {
  public let arm: Arm
  /// The steps with what was seen in place of what was expected: the canonical trace. Bytes are exact, ports and times
  /// are not in it.
  public var seen: [Step]
  /// Where that is not what the scenario or the rules say; none in a good run.
  public var complaints: [String] = []
  /// Records of porxy's sessions, in the order of their ends.
  public var sessions: [SessionRecord] = []
  /// How often `keep sending` sent, by step; the only count that may be off by one (DIES).
  public var sends: [Int]
  /// Virtual time that it took.
  public var elapsed = Duration.zero
  /// Of everything that happened; the same in every run with the same seed.
  public var hash: UInt64 = 0
  /// The run as a drawing, if its trace was kept.
  public var ladder = ""
  /// What happened, if it was asked for.
  public var entries: [TraceEntry] = []

  public init(_ scenario: Scenario, _ arm: Arm) {
    self.arm = arm
    seen = scenario.steps
    sends = Array(repeating: 0, count: scenario.steps.count)
  }

  /// The canonical trace as text.
  public var trace: String { seen.map(\.description).joined(separator: "\n") }
}
