import Synchronization

/// What belongs to an endpoint of a backend by its name, shared by the workers and kept over reloads: its sessions, and
/// what is known of how it does.
///
/// None of it excludes an endpoint from being tried but an administrator's mark. It is the order that it changes.
public final class EndpointAccount: Sendable {
  /// What active checks say.
  public enum Health: UInt8, Sendable {
    /// There are none, or none has come to an end.
    case unknown
    case up
    case down
  }

  public let backend: String
  public let name: String
  /// A number for its name, by which clients are spread (`Balance.source`).
  let identity: UInt64
  /// Sessions that it serves, and those that try to connect to it.
  private let places = Atomic<Int>(0)
  // Several workers change the number above; what follows is mostly read.
  private let padding = InlineArray<16, UInt64>(repeating: 0)
  private let health_ = Atomic<UInt8>(0)
  private let isMarked = Atomic<Bool>(false)
  /// Until when it is troubled, in nanoseconds of the workers' clock; 0: it is not.
  private let troubledUntil = Atomic<UInt64>(0)
  private let trouble = Mutex(Duration.zero)
  /// What made it troubled last: an `AttemptResult`.
  private let lastFailure = Atomic<Int>(AttemptResult.failed.rawValue)
  /// What the last active check that was not ok came to, a `CheckResult`; `ok` where there was none.
  private let lastProblem = Atomic<Int>(CheckResult.ok.rawValue)
  /// An attempt of a session has failed since the last active check began.
  private let isSuspected_ = Atomic<Bool>(false)
  /// When active checks called it down last, in nanoseconds of the workers' clock; 0: never.
  private let downAt_ = Atomic<UInt64>(0)

  init(backend: String, name: String) {
    self.backend = backend
    self.name = name
    identity = Self.identity(of: name)
  }

  /// Sessions that it serves, and those that try to connect to it, in all workers.
  public var sessions: Int { places.load(ordering: .relaxed) }

  // MARK: An administrator's mark

  /// An administrator has had it drained: it gets no new sessions.
  public var isMarkedDrained: Bool { isMarked.load(ordering: .relaxed) }

  /// An administrator has it drained, or takes that back.
  public func mark(isDrained: Bool) { isMarked.store(isDrained, ordering: .relaxed) }

  // MARK: How it does

  /// What active checks say last.
  public var health: Health { Health(rawValue: health_.load(ordering: .relaxed)) ?? .unknown }

  /// Active checks have come to this.
  public func note(_ health: Health) {
    if health != .down { lastProblem.store(CheckResult.ok.rawValue, ordering: .relaxed) }
    health_.store(health.rawValue, ordering: .relaxed)
  }

  /// One active check has come to this.
  @usableFromInline
  func note(_ result: CheckResult) {
    if result != .ok { lastProblem.store(result.rawValue, ordering: .relaxed) }
  }

  /// What the last active check that was not ok came to; nil where it is up, or none has come to an end.
  public var problem: CheckResult? {
    guard health != .up, let problem = CheckResult(rawValue: lastProblem.load(ordering: .relaxed)) else { return nil }
    return problem == .ok ? nil : problem
  }

  /// When active checks called it down last, where its sessions are to end then; 0: never.
  @usableFromInline
  var downAt: Instant { Instant(nanoseconds: downAt_.load(ordering: .acquiring)) }

  /// Active checks have called it down, and its sessions are to end.
  @usableFromInline
  func noteDown(at now: Instant) { downAt_.store(now.nanoseconds, ordering: .releasing) }

  /// An attempt of a session has failed since the last active check began.
  @usableFromInline
  var isSuspected: Bool { isSuspected_.load(ordering: .relaxed) }

  /// An attempt of a session has failed; true if that is news.
  @usableFromInline
  func suspect() -> Bool { !isSuspected && !isSuspected_.exchange(true, ordering: .relaxed) }

  /// An active check begins.
  @usableFromInline
  func forgetSuspicion() { isSuspected_.store(false, ordering: .relaxed) }

  /// Tried behind those that are not: an attempt has failed lately, or active checks call it down.
  public func isTroubled(at now: Instant) -> Bool {
    health == .down || now.nanoseconds < troubledUntil.load(ordering: .relaxed)
  }

  /// What made it troubled; nil where no attempt of a session has failed lately.
  public func trouble(at now: Instant) -> AttemptResult? {
    guard now.nanoseconds < troubledUntil.load(ordering: .relaxed) else { return nil }
    return AttemptResult(rawValue: lastFailure.load(ordering: .relaxed))
  }

  /// An attempt has failed, or was not answered in time. True where that makes it troubled, and it was not since it
  /// last succeeded.
  @usableFromInline
  func noteFailure(_ result: AttemptResult, at now: Instant) -> Bool {
    trouble.withLock { trouble in
      // Sessions that fail together are one failure.
      guard now.nanoseconds >= troubledUntil.load(ordering: .relaxed) else { return false }
      let isNew = trouble == .zero
      trouble = isNew ? Limits.trouble : min(trouble * 2, Limits.troubleMax)
      lastFailure.store(result.rawValue, ordering: .relaxed)
      troubledUntil.store((now + trouble).nanoseconds, ordering: .relaxed)
      return isNew
    }
  }

  /// A connection is established. True where it was troubled before.
  @usableFromInline
  func noteSuccess() -> Bool {
    guard troubledUntil.load(ordering: .relaxed) != 0 else { return false }
    return trouble.withLock { trouble in
      guard trouble != .zero else { return false }
      trouble = .zero
      troubledUntil.store(0, ordering: .relaxed)
      return true
    }
  }

  // MARK: Places

  /// Takes a place of one that had so many taken when it was looked at; false where that has changed.
  @usableFromInline
  func take(seen: Int) -> Bool {
    places.compareExchange(expected: seen, desired: seen + 1, ordering: .relaxed).exchanged
  }

  @usableFromInline
  func take() { places.add(1, ordering: .relaxed) }

  /// Takes a place unless as many are taken; nil: without a limit.
  @usableFromInline
  func take(max: Int?) -> Bool {
    let taken = places.add(1, ordering: .relaxed).newValue
    guard let max, taken > max else { return true }
    places.subtract(1, ordering: .relaxed)
    return false
  }

  /// Says how many are taken then.
  @usableFromInline
  func giveBack() -> Int { places.subtract(1, ordering: .relaxed).newValue }
}
