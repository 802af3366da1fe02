import Synchronization

/// Whether a listener with `mirror` listens, in all workers: part of its account, so it outlives a reload.
///
/// While it is closed, the kernel refuses the listener's clients, as the backend refuses. What closes and opens it are
/// the workers' observations; one that changes it tells the others, and each then brings its own sockets in line.
@usableFromInline
final class MirrorState: Sendable {
  /// When somebody may look at the backend again, in nanoseconds; `never` while it is open, when nobody looks.
  private let lookDue: Atomic<UInt64>
  /// When it was opened last, in nanoseconds.
  private let opened = Atomic<UInt64>(0)
  /// Nobody has observed anything of the backend yet.
  private let isNew: Atomic<Bool>

  /// A listener that has `mirror` from the beginning is closed until the first look has succeeded.
  init(isOpen: Bool) {
    lookDue = Atomic(isOpen ? Instant.never.nanoseconds : 0)
    isNew = Atomic(!isOpen)
  }

  @usableFromInline
  var isOpen: Bool { lookDueAt == .never }

  /// When somebody may look at the backend again; `never` while it is open.
  @usableFromInline
  var lookDueAt: Instant { Instant(nanoseconds: lookDue.load(ordering: .acquiring)) }

  /// Closes it, because a dial that began then was refused; false where that changes nothing.
  ///
  /// A dial from before it was opened says less than the look that opened it.
  @usableFromInline
  func close(dialBegan begun: Instant, at now: Instant) -> Bool {
    guard begun.nanoseconds >= opened.load(ordering: .acquiring) else { return false }
    isNew.store(false, ordering: .relaxed)
    let due = now + Limits.lookInterval
    return lookDue.compareExchange(
      expected: Instant.never.nanoseconds, desired: due.nanoseconds, ordering: .acquiringAndReleasing
    ).exchanged
  }

  /// Opens it; false where it is open.
  @usableFromInline
  func open(at now: Instant) -> Bool {
    isNew.store(false, ordering: .relaxed)
    opened.store(now.nanoseconds, ordering: .releasing)
    return lookDue.exchange(Instant.never.nanoseconds, ordering: .acquiringAndReleasing) != Instant.never.nanoseconds
  }

  /// Opens it without a look where nobody has looked yet: its sockets listen already.
  @usableFromInline
  func openUnlooked() {
    guard isNew.exchange(false, ordering: .relaxed) else { return }
    lookDue.store(Instant.never.nanoseconds, ordering: .releasing)
  }

  /// Whether this worker is the one to look at the backend now; nobody else is then, for a while.
  @usableFromInline
  func takeLook(at now: Instant) -> Bool {
    let due = lookDue.load(ordering: .acquiring)
    guard due <= now.nanoseconds else { return false }
    let next = now + Limits.lookInterval
    return lookDue.compareExchange(expected: due, desired: next.nanoseconds, ordering: .acquiringAndReleasing).exchanged
  }

  /// Has somebody look at once, if it is closed: the backend may be another.
  @usableFromInline
  func hurry(at now: Instant) {
    let due = lookDue.load(ordering: .acquiring)
    guard due > now.nanoseconds, due != Instant.never.nanoseconds else { return }
    _ = lookDue.compareExchange(expected: due, desired: now.nanoseconds, ordering: .acquiringAndReleasing)
  }
}
