/// What came of many random runs; those of several threads and machines add up.
public struct SweepSummary: Sendable {
  public private(set) var runs = 0
  public private(set) var sessions = 0
  /// Runs without a fault, and with faults of a single kind.
  public private(set) var faultFreeRuns = 0
  public private(set) var singleFaultRuns = 0
  /// Virtual time of all runs together.
  public private(set) var simulated = Duration.zero
  public private(set) var faultsMet = FaultCounters()
  public private(set) var rulesMet = RuleCounters()
  /// Outcomes with findings, the first of them.
  public private(set) var failures: [RunOutcome] = []
  public private(set) var failureCount = 0
  /// Of the hashes of all runs, whatever their order.
  public private(set) var hash: UInt64 = 0

  private static let failuresMax = 20

  public init() {}

  /// Adds a run.
  public mutating func add(_ outcome: RunOutcome) {
    runs += 1
    sessions += outcome.sessions
    if outcome.faultKinds == 0 { faultFreeRuns += 1 }
    if outcome.faultKinds == 1 { singleFaultRuns += 1 }
    simulated += outcome.elapsed
    faultsMet.add(outcome.faultsMet)
    rulesMet.add(outcome.rulesMet)
    hash &+= outcome.hash
    guard !outcome.findings.isEmpty else { return }
    failureCount += 1
    if failures.count < Self.failuresMax { failures.append(outcome) }
  }

  /// Adds the runs of another part.
  public mutating func add(_ other: SweepSummary) {
    runs += other.runs
    sessions += other.sessions
    faultFreeRuns += other.faultFreeRuns
    singleFaultRuns += other.singleFaultRuns
    simulated += other.simulated
    faultsMet.add(other.faultsMet)
    rulesMet.add(other.rulesMet)
    hash &+= other.hash
    failureCount += other.failureCount
    failures += other.failures.prefix(max(0, Self.failuresMax - failures.count))
  }
}
