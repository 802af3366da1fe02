/// Dials that wait for the same thing, the longest waiting first; linked through the dials, so that one that gives up
/// leaves in constant time wherever it stands.
@usableFromInline
struct DialQueue {
  /// A dial's neighbours in the queue that it is in, of which there is one at most.
  @usableFromInline
  struct Place {
    @usableFromInline var previous = DialQueue.none
    @usableFromInline var next = DialQueue.none

    @usableFromInline
    init() {}
  }

  @usableFromInline static let none = UInt32.max
  @usableFromInline private(set) var first = DialQueue.none
  @usableFromInline private(set) var last = DialQueue.none

  @usableFromInline
  init() {}

  @inlinable
  var isEmpty: Bool { first == Self.none }

  /// Puts a dial behind all others.
  @usableFromInline
  mutating func append(_ dial: UInt32, in dials: inout Slab<Dial>) {
    dials[dial].place = Place()
    dials[dial].place.previous = last
    if last == Self.none { first = dial } else { dials[last].place.next = dial }
    last = dial
  }

  /// Puts a dial before all others.
  @usableFromInline
  mutating func prepend(_ dial: UInt32, in dials: inout Slab<Dial>) {
    dials[dial].place = Place()
    dials[dial].place.next = first
    if first == Self.none { last = dial } else { dials[first].place.previous = dial }
    first = dial
  }

  /// Takes a dial out that is in this queue.
  @usableFromInline
  mutating func remove(_ dial: UInt32, in dials: inout Slab<Dial>) {
    let place = dials[dial].place
    if place.previous == Self.none { first = place.next } else { dials[place.previous].place.next = place.next }
    if place.next == Self.none { last = place.previous } else { dials[place.next].place.previous = place.previous }
  }
}

// Dials that wait for something of their backend: the answer to its name, or a local port towards it.
extension Proxy where IO: ~Copyable {
  /// Takes a dial out of the queue that it waits in, if it does.
  @inlinable
  mutating func endWait(of dial: UInt32) {
    let backend = backendIndex(of: dials[dial].session)
    switch dials[dial].wait {
    case .none: return
    case .name: backends[backend].waiting.remove(dial, in: &dials)
    case .port: backends[backend].portless.remove(dial, in: &dials)
    }
    dials[dial].wait = .none
  }

  // MARK: Ports

  /// Whether nobody waits for a port towards this backend, so that an attempt is worth making.
  @inlinable
  func hasPorts(_ backend: UInt32) -> Bool { backends[backend].portless.isEmpty }

  /// Keeps an accepted client while every local port is in use towards its backend. Meanwhile other clients of this
  /// backend stay in the backlog, and those of other backends notice nothing (ACCEPT, ALONE).
  @inlinable
  mutating func waitForPort(_ dial: UInt32, at now: Instant) {
    let backend = backendIndex(of: dials[dial].session)
    endWait(of: dial)
    dials[dial].wait = .port
    if dials[dial].shortSince == nil {
      dials[dial].shortSince = now
      dials[dial].lastFailure = .portsExhausted
      backends[backend].portless.append(dial, in: &dials)
    } else {
      backends[backend].portless.prepend(dial, in: &dials)
    }
    if !shortBackends.contains(backend) {
      shortBackends.append(backend)
      backends[backend].portsTriedAt = now
      backends[backend].portsRetryDelay = Limits.pauseInterval
    }
    for index in 0..<listeners.extent where listeners.contains(index) {
      guard plans[listeners[index].plan].backend == backend else { continue }
      attend(index)
      pause(index, .shortage(.portsExhausted), at: now)
    }
  }

  /// When the next try for a port is due.
  @inlinable
  var portsRetryAt: Instant {
    var soonest = Instant.never
    for backend in shortBackends { soonest = min(soonest, backends[backend].portsRetryAt) }
    return soonest
  }

  /// Tries for a port again, for one dial a turn: the kernel looks at every port before it says that none is free.
  @inlinable
  mutating func retryPorts(at now: Instant, on transport: inout IO) {
    guard let place = shortBackends.firstIndex(where: { now >= backends[$0].portsRetryAt }) else { return }
    // The others are looked at first the next time.
    let backend = shortBackends.remove(at: place)
    shortBackends.append(backend)
    let dial = backends[backend].portless.first
    if dial != DialQueue.none {
      endWait(of: dial)
      attempt(dial, on: &transport)
      // Its session may have been the last with this backend.
      guard shortBackends.last == backend else { return }
      backends[backend].portsTriedAt = now
      if backends[backend].portless.first == dial {
        // Behind one that got a port, it was tried without a delay.
        let delay = max(backends[backend].portsRetryDelay * 2, Limits.pauseInterval)
        backends[backend].portsRetryDelay = min(delay, Limits.portsRetryIntervalMax)
      } else {
        backends[backend].portsRetryDelay = .zero
      }
    }
    if hasPorts(backend) {
      shortBackends.removeLast()
      endPauses(of: backend)
    }
  }

  /// A session with this backend has ended, and may have given a port back.
  @inlinable
  mutating func hurryPorts(_ backend: UInt32) {
    backends[backend].portsRetryDelay = min(backends[backend].portsRetryDelay, Limits.pauseInterval)
  }
}
