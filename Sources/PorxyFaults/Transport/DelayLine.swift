import PorxyCore

/// What was taken from a socket and has not reached the proxy yet: conduits with the times when they do, in the order
/// of the stream. Nothing overtakes: no time is earlier than that of what stands before it.
struct DelayLine {
  struct Held {
    var conduit: Conduit
    var release: Instant
  }

  private var held: [Held] = []
  private var taken = 0
  /// Bytes in it.
  private(set) var count: UInt64 = 0
  /// Of the last that was put in.
  private(set) var lastRelease = Instant(nanoseconds: 0)
  /// When the stream's end gets to the proxy, behind all bytes; nil: it has not come.
  private(set) var end: Instant?

  /// Bytes of a stream that may wait.
  static let countMax: UInt64 = 4 << 20
  /// Conduits of a stream that may wait, however few bytes are in each.
  static let conduitsMax = 256

  var isEmpty: Bool { taken == held.count }
  var first: Held? { isEmpty ? nil : held[taken] }
  /// There is room for one more.
  var hasRoom: Bool { count < Self.countMax && held.count - taken < Self.conduitsMax }

  /// Puts bytes at the end.
  mutating func append(_ conduit: Conduit, release: Instant) {
    invariant(end == nil, "nothing comes behind the end of a stream")
    lastRelease = max(lastRelease, release)
    held.append(Held(conduit: conduit, release: lastRelease))
    count += UInt64(conduit.count)
  }

  mutating func appendEnd(release: Instant) {
    guard end == nil else { return }
    lastRelease = max(lastRelease, release)
    end = lastRelease
  }

  /// What waits, waits no longer.
  mutating func hasten(to now: Instant) {
    for place in held.indices { held[place].release = min(held[place].release, now) }
    lastRelease = min(lastRelease, now)
    end = end.map { min($0, now) }
  }

  /// Takes the first out.
  mutating func removeFirst() {
    count -= UInt64(held[taken].conduit.count)
    taken += 1
    // Each conduit is moved once on average.
    if taken == held.count {
      held.removeAll(keepingCapacity: taken <= 16)
      taken = 0
    } else if taken >= 64, taken * 2 >= held.count {
      held.removeFirst(taken)
      taken = 0
    }
  }

  /// Bytes were taken out of the first, which still holds some.
  mutating func shortenFirst(to conduit: Conduit) {
    count -= UInt64(held[taken].conduit.count - conduit.count)
    held[taken].conduit = conduit
  }

  /// Something can be taken now, bytes or the end.
  func isDue(at now: Instant) -> Bool {
    if let first { return first.release <= now }
    return end.map { $0 <= now } ?? false
  }

  /// When the next can be taken.
  var nextRelease: Instant { first?.release ?? end ?? .never }
}
