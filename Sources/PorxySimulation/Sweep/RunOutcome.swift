import PorxyCore

/// What came of one random run.
public struct RunOutcome: Sendable {
  public let seed: Seed
  /// Rules that did not hold; none in a good run.
  public internal(set) var findings: [Finding] = []
  public internal(set) var faultsMet = FaultCounters()
  public internal(set) var rulesMet = RuleCounters()
  /// Sessions whose clients connected.
  public internal(set) var sessions = 0
  /// Kinds of faults in its plan.
  public internal(set) var faultKinds = 0
  /// Virtual time that it took.
  public internal(set) var elapsed = Duration.zero
  /// Of everything that happened; the same in every run of the seed.
  public internal(set) var hash: UInt64 = 0
  /// What happened, if it was asked for: the last entries.
  public internal(set) var trace = Trace()
  /// Where porxy was.
  var middle: HostID?
  /// What each peer did and saw, and what porxy told of each session; empty in a good run.
  public internal(set) var peers: [String] = []
  /// What the kernels held when the first finding was made; empty in a good run.
  public internal(set) var socketTable = ""

  /// The trace as a drawing; empty where it was not kept.
  public var ladder: String { trace.entries.isEmpty ? "" : Ladder(trace.entries, middle: middle).text }

  init(_ seed: Seed) {
    self.seed = seed
  }
}
