import Synchronization

/// How many sessions may be open, counted over all workers, and how often the log hears that there are too many.
///
/// The only state that workers share besides their mailboxes.
public final class Admission: Sendable {
  /// Sessions at a time, in all workers together.
  public let sessionsMax: Int
  private let listenerMaxima: [Int]
  private let sessions = Atomic<Int>(0)
  private let listenerSessions: [Counter]
  private let noticedAt = Atomic<UInt64>(0)

  /// An atomic with an address of its own, so that an array can hold it.
  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  /// `listenerMaxima` has one number a listener of the configuration.
  public init(sessionsMax: Int, listenerMaxima: [Int]) {
    self.sessionsMax = sessionsMax
    self.listenerMaxima = listenerMaxima
    listenerSessions = listenerMaxima.map { _ in Counter() }
  }

  /// The limits of a configuration; `sessionsMax` is what the machine allows.
  public convenience init(_ configuration: Configuration, sessionsMax: Int) {
    self.init(
      sessionsMax: min(sessionsMax, configuration.limits.sessionsMax ?? .max),
      listenerMaxima: configuration.listeners.map { $0.sessionsMax ?? .max })
  }

  /// Sessions open now.
  public var count: Int { sessions.load(ordering: .relaxed) }

  /// Reserves a place for a session; the reason why there is none otherwise.
  @usableFromInline
  func enter(listener: Int) -> PauseReason? {
    guard Self.increment(sessions, upTo: sessionsMax) else { return .sessionsMax }
    guard Self.increment(listenerSessions[listener].value, upTo: listenerMaxima[listener]) else {
      sessions.subtract(1, ordering: .relaxed)
      return .listenerSessionsMax
    }
    return nil
  }

  /// Gives a place back.
  @usableFromInline
  func leave(listener: Int) {
    listenerSessions[listener].value.subtract(1, ordering: .relaxed)
    sessions.subtract(1, ordering: .relaxed)
  }

  /// Whether the log may hear of a pause now: once a second at most, whoever asks.
  @usableFromInline
  func mayNotice(at now: Instant) -> Bool {
    let last = noticedAt.load(ordering: .relaxed)
    guard last == 0 || now.nanoseconds >= last + 1_000_000_000 else { return false }
    return noticedAt.compareExchange(expected: last, desired: max(now.nanoseconds, 1), ordering: .relaxed).exchanged
  }

  private static func increment(_ counter: borrowing Atomic<Int>, upTo max: Int) -> Bool {
    if counter.add(1, ordering: .relaxed).newValue <= max { return true }
    counter.subtract(1, ordering: .relaxed)
    return false
  }
}
