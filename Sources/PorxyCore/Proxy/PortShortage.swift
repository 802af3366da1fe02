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

// Dials that wait for something of their endpoint: the answer to its name, or a local port towards it.
extension Proxy where IO: ~Copyable {
  /// Takes a dial out of the queue that it waits in, if it does.
  @inlinable
  mutating func endWait(of dial: UInt32) {
    switch dials[dial].wait {
    case .none: return
    case .name: endpoints[endpointIndex(of: dial)].waiting.remove(dial, in: &dials)
    case .port: endpoints[endpointIndex(of: dial)].portless.remove(dial, in: &dials)
    }
    dials[dial].wait = .none
  }

  // MARK: Ports

  /// Whether there is an endpoint of this backend towards which nobody waits for a port, so that an attempt is worth
  /// making.
  @inlinable
  func hasPorts(_ backend: UInt32) -> Bool {
    shortEndpoints.isEmpty || backends[backend].endpoints.contains { endpoints[$0].portless.isEmpty }
  }

  /// Keeps an accepted client while every local port is in use towards its endpoint, and all others of its backend have
  /// failed. Meanwhile other clients of this backend stay in the backlog, and those of other backends notice nothing
  /// (ACCEPT, ALONE).
  @inlinable
  mutating func waitForPort(_ dial: UInt32, at now: Instant) {
    let endpoint = endpointIndex(of: dial)
    endWait(of: dial)
    dials[dial].wait = .port
    if dials[dial].shortSince == nil {
      dials[dial].shortSince = now
      dials[dial].lastFailure = .portsExhausted
      endpoints[endpoint].portless.append(dial, in: &dials)
    } else {
      endpoints[endpoint].portless.prepend(dial, in: &dials)
    }
    if !shortEndpoints.contains(endpoint) {
      shortEndpoints.append(endpoint)
      endpoints[endpoint].portsTriedAt = now
      endpoints[endpoint].portsRetryDelay = Limits.pauseInterval
    }
    let backend = endpoints[endpoint].backend
    if !hasPorts(backend) { pauseListeners(of: backend, .shortage(.portsExhausted), at: now) }
  }

  /// Leaves the clients of a backend in the backlog for a while.
  @inlinable
  mutating func pauseListeners(of backend: UInt32, _ reason: PauseReason, at now: Instant) {
    for index in 0..<listeners.extent where listeners.contains(index) {
      guard plans[listeners[index].plan].backend == backend else { continue }
      attend(index)
      pause(index, reason, at: now)
    }
  }

  /// When the next try for a port is due.
  @inlinable
  var portsRetryAt: Instant {
    var soonest = Instant.never
    for endpoint in shortEndpoints { soonest = min(soonest, endpoints[endpoint].portsRetryAt) }
    return soonest
  }

  /// Tries for a port again, for one dial a turn: the kernel looks at every port before it says that none is free.
  @inlinable
  mutating func retryPorts(at now: Instant, on transport: inout IO) {
    guard let place = shortEndpoints.firstIndex(where: { now >= endpoints[$0].portsRetryAt }) else { return }
    // The others are looked at first the next time.
    let endpoint = shortEndpoints.remove(at: place)
    shortEndpoints.append(endpoint)
    let dial = endpoints[endpoint].portless.first
    if dial != DialQueue.none {
      endWait(of: dial)
      attempt(dial, on: &transport)
      // Its session may have been the last with this endpoint.
      guard shortEndpoints.last == endpoint else { return }
      endpoints[endpoint].portsTriedAt = now
      // It may wait for a port towards another endpoint of its backend by now, where others wait as well.
      if dials.contains(dial), dials[dial].wait == .port {
        // Behind one that got a port, it was tried without a delay.
        let delay = max(endpoints[endpoint].portsRetryDelay * 2, Limits.pauseInterval)
        endpoints[endpoint].portsRetryDelay = min(delay, Limits.portsRetryIntervalMax)
      } else {
        endpoints[endpoint].portsRetryDelay = .zero
      }
    }
    if endpoints[endpoint].portless.isEmpty {
      shortEndpoints.removeLast()
      endPauses(of: endpoints[endpoint].backend)
    }
  }

  /// A session with this endpoint has ended, and may have given a port back.
  @inlinable
  mutating func hurryPorts(_ endpoint: UInt32) {
    endpoints[endpoint].portsRetryDelay = min(endpoints[endpoint].portsRetryDelay, Limits.pauseInterval)
  }
}
