/// Many random runs, numbered: each has a seed of its own that follows from the first one.
///
/// A sweep can be split over any number of threads and machines: who has shard i of n takes every n-th run.
public struct Sweep: Sendable {
  public let first: Seed
  public let shard: Int
  public let shards: Int

  public init(from first: Seed, shard: Int = 0, of shards: Int = 1) {
    self.first = first
    self.shard = shard
    self.shards = shards
  }

  /// The seed of this shard's n-th run.
  public func seed(_ n: Int) -> Seed {
    first.run(UInt64(n * shards + shard))
  }

  /// Performs so many runs, one after the other.
  public func perform(_ runs: Int) -> SweepSummary {
    var summary = SweepSummary()
    for n in 0..<runs { summary.add(Run.perform(seed(n))) }
    return summary
  }
}

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

extension SweepSummary {
  /// Counts and counters, for a person; `taken` is the time on the wall.
  public func text(taken: Duration) -> String {
    let wall = max(taken / .seconds(1), 0.001)
    var lines = [
      "\(Self.count(runs, "run")), \(Self.count(sessions, "session")), \(failureCount) failed, "
        + "in \(Self.decimal(wall)) s",
      "\(Int(Double(sessions) / wall)) sessions a second, "
        + "\(Int(simulated / .seconds(1) / wall)) simulated seconds a second",
      "\(Self.count(faultFreeRuns, "run")) without a fault, \(singleFaultRuns) with a single kind",
      "faults exercised: " + FaultKind.allCases.map { "\($0.word) \(faultsMet[$0])" }.joined(separator: ", "),
      "rules checked: " + CheckedRule.allCases.map { "\($0.rawValue) \(rulesMet[$0])" }.joined(separator: ", "),
      "hash \(String(hash, radix: 16))",
    ]
    let unseen = rulesMet.missing
    if !unseen.isEmpty { lines.append("rules not checked: " + unseen.map(\.rawValue).joined(separator: ", ")) }
    if !faultsMet.missing.isEmpty {
      lines.append("faults not exercised: " + faultsMet.missing.map(\.word).joined(separator: ", "))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  private static func decimal(_ number: Double) -> String {
    let tenths = Int(number * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }
}
