/// Sessions whose backend was connected a moment ago, in two generations: those of the older one may have ended since,
/// and their places may have other tenants.
///
/// What is left undone for them until a generation is over is never done for those that are over by then. Unlike a
/// timer each, this takes no memory of a session that lasts.
@usableFromInline
struct Newcomers {
  private var young: [UInt32] = []
  private var old: [UInt32] = []
  /// When the older generation is to be taken; `never` when there is nobody.
  @usableFromInline private(set) var dueAt = Instant.never

  @usableFromInline init() {}

  /// A session's backend was connected.
  @usableFromInline
  mutating func add(_ session: UInt32, at now: Instant) {
    young.append(session)
    if dueAt == .never { dueAt = now + Limits.keepaliveGrace }
  }

  /// Takes one of those that came at least `Limits.keepaliveGrace` ago, once that is due; nil: no further one.
  @usableFromInline
  mutating func next(at now: Instant) -> UInt32? {
    guard now >= dueAt else { return nil }
    if let session = old.popLast() { return session }
    swap(&young, &old)
    guard !old.isEmpty else {
      self = Newcomers()
      return nil
    }
    dueAt = now + Limits.keepaliveGrace
    return nil
  }
}
