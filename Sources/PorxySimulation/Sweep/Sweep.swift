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
