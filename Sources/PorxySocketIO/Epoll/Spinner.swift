import PorxyCore

/// Decides when looking again and again for an event is likely to be cheaper than sleeping and being woken.
///
/// A lone request and its answer pay a wake-up each way, which takes longer than all the rest. So after a turn that
/// passed a small message on, the next is looked for for a while. What it brings is counted as credit: where the next
/// message takes longer to come, spinning stops before it has cost much.
struct Spinner {
  /// How long to look; zero for not at all.
  private let lifetime: Duration
  private var credit = Self.creditMax
  /// Sleeps until spinning is tried again.
  private var sleepsLeft = 0
  /// What the turn that is over passed on.
  private var bytes = 0
  private var hasUsedPipe = false

  private static let creditMax = 16
  private static let creditAgain = 4
  private static let costOfVainSpin = 2
  private static let sleepsWithoutCredit = 256
  /// More events than this in a turn are a load that keeps the worker awake anyway.
  private static let eventsMax = 4

  /// nil: never.
  init(_ lifetime: Duration?) {
    self.lifetime = lifetime ?? .zero
  }

  /// Bytes were passed on.
  mutating func note(_ count: Int, throughPipe: Bool) {
    bytes += count
    if throughPipe { hasUsedPipe = true }
  }

  /// How long to look for events now, after a turn of so many; nil: sleep at once.
  mutating func begin(afterEvents events: Int) -> Duration? {
    defer {
      bytes = 0
      hasUsedPipe = false
    }
    guard lifetime > .zero, 1...Self.eventsMax ~= events else { return nil }
    guard 0 < bytes, bytes < Limits.bufferSize, !hasUsedPipe else { return nil }
    if sleepsLeft > 0 {
      sleepsLeft -= 1
      if sleepsLeft == 0 { credit = Self.creditAgain }
      return nil
    }
    return lifetime
  }

  /// Whether the spin that began last found something.
  mutating func end(found: Bool) {
    if found {
      credit = min(credit + 1, Self.creditMax)
      return
    }
    credit -= Self.costOfVainSpin
    if credit <= 0 { sleepsLeft = Self.sleepsWithoutCredit }
  }
}
