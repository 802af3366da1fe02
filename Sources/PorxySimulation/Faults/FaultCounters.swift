/// How often each kind of fault was met: it changed what happened, not merely was switched on.
public struct FaultCounters: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: FaultKind.allCases.count)

  public init() {}

  /// How often this kind was met.
  public subscript(kind: FaultKind) -> UInt64 {
    counts[Int(kind.rawValue)]
  }

  /// Kinds that were never met.
  public var missing: [FaultKind] {
    FaultKind.allCases.filter { self[$0] == 0 }
  }

  /// Adds the counts of another run.
  public mutating func add(_ other: FaultCounters) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  mutating func meet(_ kind: FaultKind) {
    counts[Int(kind.rawValue)] += 1
  }
}
