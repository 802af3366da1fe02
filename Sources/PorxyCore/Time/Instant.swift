/// A point on a transport's clock, which never goes back and starts anywhere.
public struct Instant: Sendable, Hashable, Comparable {
  public let nanoseconds: UInt64

  @inlinable
  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// Later than anything that happens.
  public static let never = Instant(nanoseconds: .max)

  @inlinable
  public static func < (a: Instant, b: Instant) -> Bool {
    a.nanoseconds < b.nanoseconds
  }

  /// Saturates at `never`; a negative duration adds nothing.
  public static func + (instant: Instant, duration: Duration) -> Instant {
    let (sum, overflows) = instant.nanoseconds.addingReportingOverflow(duration.nanoseconds)
    return overflows ? .never : Instant(nanoseconds: sum)
  }

  /// Time that went by from `earlier`; zero if it is later.
  public func since(_ earlier: Instant) -> Duration {
    self > earlier ? .nanoseconds(Int64(clamping: nanoseconds - earlier.nanoseconds)) : .zero
  }
}

extension Duration {
  /// Whole nanoseconds, rounded down; 0 when negative, saturating at 292 years.
  public var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < 9_223_372_036 else { return UInt64(Int64.max) }
    return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
  }
}
