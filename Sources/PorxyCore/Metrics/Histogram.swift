/// How many durations were at most as long as each of a few bounds, and the sum of all of them.
///
/// Plain numbers without memory of their own, so that a worker writes down a session without a lock or an allocation.
public struct Histogram: Sendable {
  /// The bounds of a histogram, by what is measured.
  public enum Scale: Sendable, CaseIterable {
    /// From accepting a client to the end of its session: 10 ms to a day.
    case sessions
    /// From beginning to dial to the connected backend: 100 µs to 30 s.
    case connects

    /// The longest duration of each range but the last, which has no end; shortest first, as many as `rangesMax` - 1.
    public var bounds: [Duration] {
      switch self {
      case .sessions: Self.sessionBounds
      case .connects: Self.connectBounds
      }
    }

    private static let sessionBounds: [Duration] =
      [.milliseconds(10), .milliseconds(50), .milliseconds(250)]
      + [1, 5, 15, 60, 300, 1800, 7200, 28800, 86400].map { .seconds($0) }
    private static let connectBounds: [Duration] =
      [100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000].map { .microseconds($0) }
      + [1, 3, 10, 30].map { .seconds($0) }
  }

  /// Ranges of each scale.
  public static let rangesMax = 13

  /// By range: durations above the bound before it and up to its own.
  private var ranges = InlineArray<13, UInt64>(repeating: 0)
  /// Of all durations.
  public private(set) var sum = Duration.zero

  public init() {}

  /// Durations in the range with this number, from 0.
  public subscript(range: Int) -> UInt64 { ranges[range] }

  /// Durations in all ranges.
  public var count: UInt64 { (0..<Self.rangesMax).reduce(0) { $0 &+ ranges[$1] } }

  /// Counts one.
  @usableFromInline
  mutating func note(_ duration: Duration, on scale: Scale) {
    let bounds = scale.bounds
    var range = 0
    while range < bounds.count, duration > bounds[range] { range += 1 }  // bound: the ranges
    ranges[range] &+= 1
    sum += duration
  }

  /// Adds what another one of the same scale has counted.
  mutating func add(_ other: Histogram) {
    for range in 0..<Self.rangesMax { ranges[range] &+= other.ranges[range] }
    sum += other.sum
  }
}

extension Histogram: Equatable {
  public static func == (a: Histogram, b: Histogram) -> Bool {
    a.sum == b.sum && (0..<rangesMax).allSatisfy { a.ranges[$0] == b.ranges[$0] }
  }
}

/// As many counters as `size`, without memory of their own.
public struct Counters<let size: Int>: Sendable, Equatable {
  private var values = InlineArray<size, UInt64>(repeating: 0)

  public init() {}

  /// The counter with this number, from 0.
  public subscript(place: Int) -> UInt64 {
    get { values[place] }
    set { values[place] = newValue }
  }

  mutating func add(_ other: Counters) {
    for place in 0..<size { values[place] &+= other.values[place] }
  }

  public static func == (a: Counters, b: Counters) -> Bool {
    (0..<size).allSatisfy { a.values[$0] == b.values[$0] }
  }
}
