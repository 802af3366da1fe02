/// A client's socket, a backend's socket, a flow each way, and what is known of how they end.
///
/// A plain value in a slab: an idle session is this and nothing else.
@usableFromInline
struct Session {
  /// Whether the peer of a half-closed session is asked if it still exists (HALF).
  @usableFromInline
  enum HalfWatch: UInt8 {
    case off
    /// One direction is over; the asking begins if that lasts.
    case due
    case on
  }

  // The order leaves no gaps: a flow and an endpoint end where a smaller field may follow.
  @usableFromInline var client: SocketID
  @usableFromInline var backend = SocketID.none
  @usableFromInline var toBackend = Flow()
  /// Index in `Configuration.listeners`.
  @usableFromInline let listener: UInt16
  @usableFromInline var toClient = Flow()
  /// Milliseconds until the next look while waiting.
  @usableFromInline var lookDelay: UInt16 = 0

  @usableFromInline let clientEndpoint: Endpoint
  @usableFromInline var backendEndpoint: Endpoint
  @usableFromInline let acceptedAt: Instant
  /// `never` before the backend is connected.
  @usableFromInline var connectedAt = Instant.never
  @usableFromInline var activeAt: Instant
  /// While waiting for the last bytes or for the half-close watch: when to look again.
  @usableFromInline var lookAt = Instant.never
  /// When last a byte was acknowledged, while waiting for the last bytes.
  @usableFromInline var progressAt = Instant.never
  /// Bytes that the survivor's kernel had acknowledged then, modulo 2^32: more cannot come between two looks.
  @usableFromInline var acknowledged: UInt32 = 0

  /// The dial that connects the backend, until it is connected.
  @usableFromInline var dial = UInt32.max
  @usableFromInline var clientFailure: Failure?
  @usableFromInline var backendFailure: Failure?
  /// The side whose stream ended first.
  @usableFromInline var firstEnd: Side?
  /// The side that failed first, and how far the session had come by then.
  @usableFromInline var firstFailed: Side?
  @usableFromInline var failedIn = SessionRecord.Phase.connecting
  @usableFromInline var halfWatch = HalfWatch.off
  /// It is over but for the last bytes.
  @usableFromInline var isWaiting = false
  /// It has a place among those that go on in the next turn.
  @usableFromInline var isQueued = false
  /// What lasting sessions get is still to be done for it.
  @usableFromInline var isNewcomer = false

  @usableFromInline
  init(client: SocketID, from endpoint: Endpoint, listener: Int, at now: Instant) {
    self.client = client
    self.clientEndpoint = endpoint
    self.backendEndpoint = endpoint
    self.listener = UInt16(listener)
    acceptedAt = now
    activeAt = now
    // What came before the first event is found by trying.
    toBackend.sourceReady = true
    toClient.sinkReady = true
  }

  @inlinable
  var isConnected: Bool { backend != .none }

  @inlinable
  var hasFailed: Bool { clientFailure != nil || backendFailure != nil }

  @inlinable
  func socket(of side: Side) -> SocketID { side == .client ? client : backend }

  @inlinable
  func failure(of side: Side) -> Failure? { side == .client ? clientFailure : backendFailure }

  /// Exactly one of the two directions is over.
  @inlinable
  var isHalfClosed: Bool { toBackend.isOver != toClient.isOver }

  @inlinable
  var phase: SessionRecord.Phase {
    if !isConnected { return .connecting }
    switch (toBackend.isSourceEnded, toClient.isSourceEnded) {
    case (false, false): return .streaming
    case (true, true): return .draining
    default: return .halfClosed
    }
  }
}

extension Session {
  /// Takes a hint that a socket may be ready.
  @inlinable
  mutating func note(_ readiness: Readiness, of side: Side) {
    let readable = !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed, .urgent])
    let writable = !readiness.isDisjoint(with: [.writable, .hungUp, .failed])
    switch side {
    case .client:
      if readable { toBackend.sourceReady = true }
      if writable { toClient.sinkReady = true }
    case .backend:
      if readable { toClient.sourceReady = true }
      if writable { toBackend.sinkReady = true }
    }
  }

  /// Moves what can be moved in both directions, and passes ends on.
  ///
  /// `suspect` is a side whose socket is said to have failed. It is read before it is asked for its error: an end that
  /// is read while the error still waits is a true end, and after it was taken every end looks the same (R2, R4).
  @inlinable
  mutating func pump<Network: Transport & ~Copyable>(
    suspect: Side? = nil, relay: RelayMode, on network: inout Network
  ) -> Pumped {
    let before = toBackend.moved &+ toClient.moved
    var pumped = Pumped()
    pumped.note(pumpFlow(from: .client, relay: relay, on: &network))
    if isConnected {
      pumped.note(pumpFlow(from: .backend, relay: relay, on: &network))
    }
    if let suspect, failure(of: suspect) == nil {
      learnFailure(of: suspect, on: &network)
      if failure(of: suspect) != nil { pumped.note(pumpFlow(from: suspect, relay: relay, on: &network)) }
    }
    if isConnected {
      if toBackend.state == .draining { passEnd(of: .client, relay: relay, &pumped, on: &network) }
      if toClient.state == .draining { passEnd(of: .backend, relay: relay, &pumped, on: &network) }
    }
    pumped.moved = toBackend.moved &+ toClient.moved != before
    return pumped
  }

  @inlinable
  mutating func pumpFlow<Network: Transport & ~Copyable>(
    from source: Side, relay: RelayMode, on network: inout Network
  ) -> Flow.Rest {
    let rest =
      source == .client
      ? toBackend.pump(from: client, to: backend, sourceFailure: clientFailure, relay: relay, on: &network)
      : toClient.pump(from: backend, to: client, sourceFailure: backendFailure, relay: relay, on: &network)
    switch rest {
    case .sourceFailed(let failure): fail(source, failure, on: &network)
    case .sinkFailed(let failure): fail(source.other, failure, on: &network)
    case .waiting, .again, .starved: break
    }
    return rest
  }

  /// Passes a side's end on, unless it turns out to be a reset.
  ///
  /// What the other side has sent meanwhile is given to the ended one first. Direct, its kernel would have had those
  /// bytes before: if it closed without reading them it would have sent a reset and no end (R7).
  @inlinable
  mutating func passEnd<Network: Transport & ~Copyable>(
    of side: Side, relay: RelayMode, _ pumped: inout Pumped, on network: inout Network
  ) {
    if failure(of: side) == nil {
      if side == .client { toClient.sourceReady = true } else { toBackend.sourceReady = true }
      pumped.note(pumpFlow(from: side.other, relay: relay, on: &network))
      learnFailure(of: side, on: &network)
    }
    if firstEnd == nil { firstEnd = side }
    let isWhole = failure(of: side)?.followsEnd ?? true
    let isLast = !hasFailed && (side == .client ? toClient : toBackend).state == .finished
    let isLeft =
      side == .client
      ? toBackend.passEnd(to: backend, isWhole: isWhole, isLast: isLast, on: &network)
      : toClient.passEnd(to: client, isWhole: isWhole, isLast: isLast, on: &network)
    if isLeft { pumped.lastEnd = side }
  }

  /// Passes a side's end on when nothing but it is left: by closing the sockets if their kernels have nothing else to
  /// send, which saves a call.
  @inlinable
  mutating func passLastEnd<Network: Transport & ~Copyable>(
    of side: Side, on network: inout Network
  ) -> Ending.Verdict {
    let sink = socket(of: side.other)
    guard Ending.closePassesEnd(to: network.sendQueue(of: sink), from: network.sendQueue(of: socket(of: side))) else {
      if side == .client { toBackend.finish(sink, on: &network) } else { toClient.finish(sink, on: &network) }
      return .wait
    }
    if side == .client { toBackend.state = .finished } else { toClient.state = .finished }
    return .close(client: .orderly, backend: .orderly)
  }

  /// Asks the socket for the error it may have met, unless one is known.
  @inlinable
  mutating func learnFailure<Network: Transport & ~Copyable>(of side: Side, on network: inout Network) {
    guard failure(of: side) == nil, let failure = network.takeFailure(on: socket(of: side)) else { return }
    fail(side, failure, on: &network)
  }

  /// Notes the first error of a side. Nothing can be passed on to it any more; what can still be read from it is
  /// (ANSWER).
  @inlinable
  mutating func fail<Network: Transport & ~Copyable>(_ side: Side, _ error: Failure, on network: inout Network) {
    guard failure(of: side) == nil else { return }
    let failure = seenDirect(error, of: side, on: &network)
    if firstFailed == nil {
      firstFailed = side
      failedIn = phase
    }
    progressAt = network.now
    switch side {
    case .client:
      clientFailure = failure
      toClient.cut(on: &network)
      toBackend.sourceReady = true
    case .backend:
      backendFailure = failure
      toBackend.cut(on: &network)
      toClient.sourceReady = true
    }
  }

  /// What an error means, seen together with what was read and written.
  @inlinable
  func seenDirect<Network: Transport & ~Copyable>(
    _ error: Failure, of side: Side, on network: inout Network
  ) -> Failure {
    let from = side == .client ? toBackend : toClient
    let to = side == .client ? toClient : toBackend
    switch error {
    case .connectionReset where from.state == .draining:
      // The end was read before, so it is true: the kernel has no other word for it once both have ended (C28).
      return .resetAfterEnd
    case .resetAfterEnd where !from.isOver && to.state != .finished:
      // A reset behind an end that is not passed on yet, drawn by bytes that were on their way to the peer: direct they
      // would have been there before it closed, and a close with unread bytes is a reset without an end (R7).
      let queue = network.sendQueue(of: socket(of: side))
      return queue.unacknowledged > queue.unsent ? .connectionReset : error
    default:
      return error
    }
  }

  /// What the rules make of the session now. `lastEnd` is the side whose end is still to be passed on, as the last.
  @inlinable
  mutating func settle<Network: Transport & ~Copyable>(
    lastEnd: Side?, on network: inout Network
  ) -> Ending.Verdict {
    guard isConnected else { return settleUnconnected() }
    if let lastEnd { return passLastEnd(of: lastEnd, on: &network) }
    guard hasFailed || (toBackend.state == .finished && toClient.state == .finished) else { return .goOn }
    let clientQueue = network.sendQueue(of: client)
    let backendQueue = network.sendQueue(of: backend)
    return Ending.decide(
      client: Ending.View(failure: clientFailure, flow: toBackend.state, queue: clientQueue),
      backend: Ending.View(failure: backendFailure, flow: toClient.state, queue: backendQueue),
      isPatient: isPatient(clientQueue, backendQueue, at: network.now))
  }

  /// A client that has gone is not dialled for, unless it left bytes or an end that a backend would have seen direct
  /// (GONE, RESET).
  @inlinable
  func settleUnconnected() -> Ending.Verdict {
    guard clientFailure != nil, toBackend.conduit == nil, toBackend.state == .broken else { return .goOn }
    return .close(client: .abortive, backend: .abortive)
  }

  /// Whether what a failed side has sent may still arrive at the other.
  @inlinable
  mutating func isPatient(_ clientQueue: SendQueue, _ backendQueue: SendQueue, at now: Instant) -> Bool {
    guard hasFailed else { return true }
    let survivorIsBackend = clientFailure != nil
    let queue = survivorIsBackend ? backendQueue : clientQueue
    let delivered = survivorIsBackend ? toBackend.delivered : toClient.delivered
    let acknowledgedNow = UInt32(truncatingIfNeeded: delivered) &- queue.unacknowledged
    if acknowledgedNow != acknowledged {
      acknowledged = acknowledgedNow
      progressAt = now
    }
    let patience = queue.isHeldByPeer ? Limits.closedWindowPatience : Limits.acknowledgementPatience
    return now < progressAt + patience
  }
}
