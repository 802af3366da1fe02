/// How often each rule had something to say: its premise held, and its conclusion was looked at.
public struct RuleCounters: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: CheckedRule.allCases.count)

  public init() {}

  /// How often this rule had something to say.
  public subscript(rule: CheckedRule) -> UInt64 {
    counts[Self.place(of: rule)]
  }

  /// Rules that never had anything to say.
  public var missing: [CheckedRule] { CheckedRule.allCases.filter { self[$0] == 0 } }

  /// Adds the counts of another run.
  public mutating func add(_ other: RuleCounters) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  mutating func meet(_ rule: CheckedRule) {
    counts[Self.place(of: rule)] += 1
  }

  private static func place(of rule: CheckedRule) -> Int {
    CheckedRule.allCases.firstIndex(of: rule) ?? 0
  }
}
