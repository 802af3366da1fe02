import PorxyCore

/// Decides when looking again and again for an event is likely to be cheaper than sleeping and being woken.
///
/// A lone request and its answer pay a wake-up each way, which takes longer than all the rest. So after a turn that
/// passed a small message on, the next is looked for for a while. Each look that finds something earns what the wake-up
/// would have cost and pays for the time that it took; one in vain pays the whole. Where the next message takes longer
/// than a wake-up, as from a server that thinks, the credit is soon used up, and the worker sleeps.
struct Spinner {
  /// How long to look; zero for not at all.
  private let lifetime: Duration
  /// Processor time that may still be spent in looking.
  private var credit = Self.creditMax
  /// Sleeps until spinning is tried again.
  private var sleepsLeft = 0
  /// What the turn that is over passed on.
  private var bytes = 0
  private var hasUsedPipe = false
  /// When to ask next whether others want the processors, and what was said last.
  private var asksAt = Instant(nanoseconds: 0)
  private var isCrowded = false

  /// What a sleep and a wake-up take of a processor, that of the waker included.
  static let wakeUp = Duration.microseconds(50)
  private static let creditMax = wakeUp * 16
  private static let creditAgain = wakeUp * 4
  private static let sleepsWithoutCredit = 256
  /// More events than this in a turn are a load that keeps the worker awake anyway.
  private static let eventsMax = 4
  /// Between two looks at what else the machine has to do.
  static let askInterval = Duration.milliseconds(10)

  /// nil: never.
  init(_ lifetime: Duration?) {
    self.lifetime = lifetime ?? .zero
  }

  /// Bytes were passed on.
  mutating func note(_ count: Int, throughPipe: Bool) {
    bytes += count
    if throughPipe { hasUsedPipe = true }
  }

  /// How long to look for events now, after a turn of so many; nil: sleep at once. `isCrowded` says whether more
  /// threads want a processor than there are: one that spins would take it from them.
  mutating func begin(afterEvents events: Int, at now: Instant, isCrowded ask: () -> Bool) -> Duration? {
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
    if now >= asksAt {
      asksAt = now + Self.askInterval
      isCrowded = ask()
    }
    return isCrowded ? nil : lifetime
  }

  /// Whether the spin that began last found something, and how long it took.
  mutating func end(found: Bool, after spent: Duration) {
    credit = min(credit - spent + (found ? Self.wakeUp : .zero), Self.creditMax)
    if credit <= .zero { sleepsLeft = Self.sleepsWithoutCredit }
  }
}
