import Glibc

/// Until when a test waits. Every wait has one, so that a test that fails ends.
struct Deadline: Sendable {
  private let instant: ContinuousClock.Instant

  /// Generous, because other tests may have the processors meanwhile; nothing waits this long when all is well.
  static var usual: Deadline { Deadline(in: .seconds(20)) }

  /// What was lost while a network stalled is sent again only after as long again.
  static var afterStall: Deadline { Deadline(in: .seconds(60)) }

  init(in duration: Duration) {
    instant = .now + duration
  }

  var isPast: Bool { ContinuousClock.now >= instant }

  /// What is left, rounded up, for poll(2).
  var milliseconds: Int32 {
    let (seconds, attoseconds) = ContinuousClock.now.duration(to: instant).components
    return isPast ? 0 : Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
  }

  /// Looks again and again, a millisecond apart, until the condition holds; false when the deadline passed first.
  func awaits(_ condition: () throws -> Bool) rethrows -> Bool {
    while try !condition() {  // bound: the deadline
      if isPast { return false }
      _ = poll(nil, 0, 1)
    }
    return true
  }
}
