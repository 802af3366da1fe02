/// The timeouts of a session as a whole, as plain numbers: the shorter of its listener's and its backend's.
@usableFromInline
struct SessionTimeouts {
  @usableFromInline let connect: Duration?
  @usableFromInline let idle: Duration?
  @usableFromInline let drain: Duration
  /// Of the backend's socket; a client's has its listener's.
  @usableFromInline let keepalive: Keepalive?
  /// Of a client, and of a backend, that has ended its stream.
  @usableFromInline let halfClosedClient: Keepalive
  @usableFromInline let halfClosedBackend: Keepalive

  @usableFromInline
  init(_ listener: Listener, _ backend: Backend) {
    let ours = listener.timeouts
    let theirs = backend.timeouts
    connect = Self.shorter(ours.connect, theirs.connect)
    idle = Self.shorter(ours.idle, theirs.idle)
    drain = min(ours.drain, theirs.drain)
    keepalive = theirs.keepalive
    halfClosedClient = .halfClosed(asked: ours.keepalive)
    halfClosedBackend = .halfClosed(asked: theirs.keepalive)
  }

  /// How many of the looks that are spread evenly over `idle` are over by then, if there are `max` before its end.
  @usableFromInline
  static func looks(after silence: Duration, of idle: Duration, max: UInt8) -> UInt8 {
    guard silence < idle else { return max }
    // In full: the product of a century has more than 64 bits. Less than a nanosecond is none.
    let looks = silence.nanoseconds.multipliedFullWidth(by: UInt64(max) + 1)
    return UInt8(min(Swift.max(idle.nanoseconds, 1).dividingFullWidth(looks).quotient, UInt64(max)))
  }

  private static func shorter(_ a: Duration?, _ b: Duration?) -> Duration? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}

// The one timer of a session, and what it may be for.
extension Proxy where IO: ~Copyable {
  /// Sets the session's timer to the first thing that time will bring it.
  @inlinable
  mutating func arm(_ index: UInt32, at now: Instant) {
    let deadline = deadline(of: index)
    if deadline == .never { sessionTimers.cancel(index) } else { sessionTimers.set(index, at: deadline) }
  }

  @inlinable
  func deadline(of index: UInt32) -> Instant {
    let timeouts = timeouts(of: index)
    var deadline = sessions[index].lookAt
    if let idle = timeouts.idle { deadline = min(deadline, idleDeadline(of: index, idle)) }
    if case .draining(let since) = stage { deadline = min(deadline, since + timeouts.drain) }
    if let end = removedEnd(of: index) { deadline = min(deadline, end) }
    if let end = askedEnd(of: index) { deadline = min(deadline, end) }
    if let end = headerEnd(of: index) { deadline = min(deadline, end) }
    let dial = sessions[index].dial
    if dial != .max {
      deadline = min(deadline, dials[dial].nextAttemptAt, dials[dial].nextEndpointAt)
      if let since = dials[dial].shortSince, dials[dial].wait == .port {
        deadline = min(deadline, since + Limits.shortagePatience)
      }
      if let connect = timeouts.connect { deadline = min(deadline, dials[dial].startedAt + connect) }
    }
    return deadline
  }

  /// When a session ends because its listener has been removed; nil: it does not.
  @inlinable
  func removedEnd(of index: UInt32) -> Instant? {
    let plan = UInt32(sessions[index].plan)
    guard let since = plans[plan].drainsSince else { return nil }
    return plans[plan].route.listener.whenRemoved == .reset ? since : since + plans[plan].timeouts.drain
  }

  /// Does what is due at `now`, which is behind the clock: what had happened by then was taken.
  @inlinable
  mutating func timerFired(_ index: UInt32, at now: Instant, on transport: inout IO) {
    let timeouts = timeouts(of: index)
    if case .draining(let since) = stage, now >= since + timeouts.drain {
      resetByStop += 1
      return end(index, by: .porxy, .shutdown, failure: nil, on: &transport)
    }
    if let end = removedEnd(of: index), now >= end {
      return self.end(index, by: .porxy, .shutdown, failure: nil, on: &transport)
    }
    if let end = askedEnd(of: index), now >= end {
      return self.end(index, by: .porxy, .admin, failure: nil, on: &transport)
    }
    if let end = headerEnd(of: index), now >= end { return headerIsLate(index, on: &transport) }
    if let idle = timeouts.idle, isIdle(index, idle, at: now, on: &transport) {
      return end(index, by: .porxy, .timeout, failure: nil, on: &transport)
    }
    if sessions[index].dial != .max { dialTimerFired(sessions[index].dial, at: now, on: &transport) }
    if sessions.contains(index), now >= sessions[index].lookAt { look(at: index, on: &transport) }
    if sessions.contains(index) { arm(index, at: now) }
  }

  @inlinable
  func timeouts(of index: UInt32) -> SessionTimeouts { plans[UInt32(sessions[index].plan)].timeouts }
}

// Ending a session in which nothing moves (IDLE).
//
// Bytes that porxy has passed on are on their way for as long as the receiver's kernel takes for them, which may be far
// longer than `timeouts.idle`. So the session's timer looks at what both kernels have acknowledged: not at every move,
// but an eighth of `idle` after the last one, and again after each eighth as long as there is something to acknowledge.
extension Proxy where IO: ~Copyable {
  /// When the session has to be looked at next.
  @inlinable
  func idleDeadline(of index: UInt32, _ idle: Duration) -> Instant {
    guard sessions[index].isConnected else { return sessions[index].activeAt + idle }
    // RESET looks more often by itself, and notes progress.
    guard !sessions[index].hasFailed else { return max(sessions[index].activeAt, sessions[index].progressAt) + idle }
    return sessions[index].activeAt + idle * (Int(sessions[index].idleLooks) + 1) / Int(Self.idleLooksMax + 1)
  }

  /// Looks at what has moved, if it is time to; true when nothing has for as long as `idle`.
  @inlinable
  mutating func isIdle(_ index: UInt32, _ idle: Duration, at now: Instant, on transport: inout IO) -> Bool {
    guard now >= idleDeadline(of: index, idle) else { return false }
    if sessions[index].isQueued {
      // It has bytes to move, for which porxy itself has had no turn or no conduit.
      sessions[index].activeAt = transport.now
      sessions[index].idleLooks = 0
      return false
    }
    guard sessions[index].isConnected else { return true }
    if sessions[index].hasFailed {
      // What was acknowledged since RESET looked last counts, too.
      sessions[index].noteProgress(
        transport.sendQueue(of: sessions[index].client), transport.sendQueue(of: sessions[index].backend),
        at: transport.now)
      return now >= idleDeadline(of: index, idle)
    }
    let isAtRest = noteAcknowledgements(of: index, on: &transport)
    let silence = now.since(sessions[index].activeAt)
    guard silence < idle else { return true }
    sessions[index].idleLooks =
      isAtRest ? Self.idleLooksMax : SessionTimeouts.looks(after: silence, of: idle, max: Self.idleLooksMax)
    return false
  }

  /// Moves the session's activity on to the last acknowledgement if bytes have been acknowledged since the last look;
  /// true when there is nothing left to be acknowledged.
  @inlinable
  mutating func noteAcknowledgements(of index: UInt32, on transport: inout IO) -> Bool {
    let client = transport.sendQueue(of: sessions[index].client)
    let backend = transport.sendQueue(of: sessions[index].backend)
    let acknowledged =
      sessions[index].toClient.acknowledged(client) &+ sessions[index].toBackend.acknowledged(backend)
    if acknowledged != sessions[index].acknowledged {
      sessions[index].acknowledged = acknowledged
      // Answers to probes count there, too, which is an error of no more than the time between two looks.
      let last = max(
        transport.lastAcknowledgement(on: sessions[index].client),
        transport.lastAcknowledgement(on: sessions[index].backend))
      sessions[index].activeAt = max(sessions[index].activeAt, last)
    }
    return client.isEmpty && backend.isEmpty
  }

  /// Bytes have been moved: that is activity, and a session that was at rest is looked at sooner.
  @inlinable
  mutating func noteMove(in index: UInt32, at now: Instant) {
    sessions[index].activeAt = now
    guard sessions[index].idleLooks > 0 else { return }
    sessions[index].idleLooks = 0
    arm(index, at: now)
  }

  /// Looks at a session between a move and its end as idle.
  @inlinable
  static var idleLooksMax: UInt8 { 7 }
}
