import PorxyCore

/// Decides when the service manager may hear that porxy is well (`WATCHDOG=1`, sd_watchdog_enabled(3)).
///
/// Twice in the time that the manager allows, it asks all workers whether they still take turns, and only when each has
/// answered may the manager hear. So one worker that is stuck makes the manager end porxy.
struct Watchdog {
  /// Numbers of its inquiries begin here. Those of other askers are lower.
  static let numbersFrom: UInt32 = 1 << 31

  /// Whether an inquiry of that number is the watchdog's.
  static func asks(_ number: UInt32) -> Bool { number >= numbersFrom }

  private let interval: Duration
  /// Of workers, whether they owe an answer.
  private(set) var owes: [Bool]
  private var hasEnded: [Bool]
  private var askedAt: Instant
  /// Of the last inquiry.
  private var number = numbersFrom
  private var isWaiting = false
  /// The first time is at once.
  private var isDue = true

  /// Nil where no manager watches this process. `time` and `process` are `WATCHDOG_USEC` and `WATCHDOG_PID` of the
  /// environment, `own` is this process.
  init?(time: String?, process: String?, own: Int32, workers: Int, at now: Instant) {
    guard let time, let microseconds = UInt64(time), microseconds > 1, microseconds < UInt64(Int64.max) / 1000,
      process.map({ Int32($0) == own }) ?? true
    else {
      return nil
    }
    interval = .nanoseconds(Int64(clamping: microseconds / 2 * 1000))
    owes = [Bool](repeating: false, count: workers)
    hasEnded = owes
    askedAt = now
  }

  /// When `ask` has something to do.
  var deadline: Instant { isWaiting ? .never : isDue ? askedAt : askedAt + interval }

  /// The number of the inquiry that all workers who owe an answer then are to get now; nil if it is not time.
  mutating func ask(at now: Instant) -> UInt32? {
    guard now >= deadline else { return nil }
    isDue = false
    isWaiting = true
    askedAt = now
    number = number == .max ? Self.numbersFrom : number + 1
    owes = hasEnded.map { !$0 }
    return number
  }

  /// A worker has answered an inquiry; true if the manager may hear now.
  mutating func note(answerTo inquiry: UInt32, of worker: Int) -> Bool {
    guard inquiry == number else { return false }
    owes[worker] = false
    return isWell()
  }

  /// A worker has come to its end, as it does once its sessions are drained; true if the manager may hear now.
  mutating func note(endOf worker: Int) -> Bool {
    hasEnded[worker] = true
    owes[worker] = false
    return isWell()
  }

  private mutating func isWell() -> Bool {
    guard isWaiting, !owes.contains(true) else { return false }
    isWaiting = false
    return true
  }
}
