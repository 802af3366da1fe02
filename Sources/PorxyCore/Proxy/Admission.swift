import Synchronization

/// How many sessions may be open, counted over all workers, and how often the log hears that there are too many.
///
/// The only state that workers share besides their mailboxes; while there is room each writes to lines of its own.
public final class Admission: Sendable {
  private let sessions: Places
  /// Of each listener of the configuration; nil: no limit of its own.
  private let listenerSessions: [Places?]
  private let noticedAt = Atomic<UInt64>(0)

  /// `listenerMaxima` has one number a listener of the configuration; nil: no limit.
  public init(sessionsMax: Int, listenerMaxima: [Int?], workers: Int = 1) {
    sessions = Places(sessionsMax, workers: workers)
    listenerSessions = listenerMaxima.map { $0.map { Places($0, workers: workers) } }
  }

  /// The limits of a configuration; `sessionsMax` is what the machine allows.
  public convenience init(_ configuration: Configuration, sessionsMax: Int, workers: Int = 1) {
    self.init(
      sessionsMax: min(sessionsMax, configuration.limits.sessionsMax ?? .max),
      listenerMaxima: configuration.listeners.map(\.sessionsMax), workers: workers)
  }

  /// Sessions at a time, in all workers together.
  public var sessionsMax: Int { sessions.max }

  /// Sessions open now.
  public var count: Int { sessions.taken }

  /// Reserves a place for a session of this worker; the reason why there is none otherwise.
  @usableFromInline
  func enter(listener: Int, worker: Int) -> PauseReason? {
    guard sessions.take(worker) else { return .sessionsMax }
    if let own = listenerSessions[listener], !own.take(worker) {
      sessions.giveBack(worker)
      return .listenerSessionsMax
    }
    return nil
  }

  /// Gives a place back.
  @usableFromInline
  func leave(listener: Int, worker: Int) {
    listenerSessions[listener]?.giveBack(worker)
    sessions.giveBack(worker)
  }

  /// Whether the log may hear of a pause now: once a second at most, whoever asks.
  @usableFromInline
  func mayNotice(at now: Instant) -> Bool {
    let last = noticedAt.load(ordering: .relaxed)
    guard last == 0 || now.nanoseconds >= last + 1_000_000_000 else { return false }
    return noticedAt.compareExchange(expected: last, desired: max(now.nanoseconds, 1), ordering: .relaxed).exchanged
  }
}
