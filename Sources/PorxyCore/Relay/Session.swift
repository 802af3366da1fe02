/// One of the two ends of a session.
@usableFromInline
enum Side: UInt8 {
  case client
  case backend

  @inlinable
  var other: Side { self == .client ? .backend : .client }

  @inlinable
  var party: SessionRecord.Party { self == .client ? .client : .backend }
}

/// What is true of a session, in one byte.
@usableFromInline
struct SessionTraits: OptionSet {
  @usableFromInline let rawValue: UInt8

  @inlinable
  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// An administrator has asked for its end.
  @inlinable static var isEnding: SessionTraits { SessionTraits(rawValue: 1) }
  /// Its client has still to send the whole of a PROXY header; there is no backend before.
  @inlinable static var awaitsHeader: SessionTraits { SessionTraits(rawValue: 2) }
  /// Its backend has still to get the whole of a PROXY header; nothing of the client's goes there before.
  @inlinable static var sendsHeader: SessionTraits { SessionTraits(rawValue: 4) }
  /// The proxy's `headers` have an entry for it.
  @inlinable static var hasHeader: SessionTraits { SessionTraits(rawValue: 8) }
  /// It is over but for the last bytes.
  @inlinable static var isWaiting: SessionTraits { SessionTraits(rawValue: 16) }
  /// What lasting sessions get is still to be done for it.
  @inlinable static var isNewcomer: SessionTraits { SessionTraits(rawValue: 32) }
  /// A header is under way, in either direction.
  @inlinable static var tradesHeader: SessionTraits { SessionTraits(rawValue: 2 | 4) }

  @inlinable
  subscript(trait: SessionTraits) -> Bool {
    get { contains(trait) }
    set { if newValue { insert(trait) } else { remove(trait) } }
  }
}

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
  /// The plan that it began with, in the worker's table.
  @usableFromInline let plan: UInt16
  @usableFromInline var toClient = Flow()
  /// Milliseconds until the next look while waiting.
  @usableFromInline var lookDelay: UInt16 = 0

  @usableFromInline let clientEndpoint: Endpoint
  /// Of a backend that is not connected yet: any address, and the port that the client connected to.
  @usableFromInline var backendEndpoint: Endpoint
  @usableFromInline let acceptedAt: Instant
  /// `never` before the backend is connected.
  @usableFromInline var connectedAt = Instant.never
  @usableFromInline var activeAt: Instant
  /// While waiting for the last bytes or for the half-close watch: when to look again.
  @usableFromInline var lookAt = Instant.never
  /// While waiting for the last bytes: when the survivor last took or acknowledged any, or there first was a survivor.
  @usableFromInline var progressAt = Instant.never
  /// Bytes that the kernels of both sides, or of the survivor once one side has failed, had acknowledged at the last
  /// look, modulo 2^32: more cannot come between two looks.
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
  /// It has a place among those that go on in the next turn.
  @usableFromInline var isQueued = false
  @usableFromInline var traits = SessionTraits()
  // `endpoint` in two bytes, where there is room for them.
  @usableFromInline var endpointHigh: UInt8 = 0
  /// Eighths of `timeouts.idle` after which it was looked at since its last activity, up to seven (IDLE).
  @usableFromInline var idleLooks: UInt8 = 0

  /// The turn, as the proxy counts them, of which both flows have their share.
  @usableFromInline var turn: UInt8 = 0

  // Its number among those of its worker, in six bytes.
  @usableFromInline let numberLow: UInt32
  @usableFromInline let numberHigh: UInt16
  /// Attempts to connect its backend, counted up to 255.
  @usableFromInline var attempts: UInt8 = 0
  @usableFromInline var endpointLow: UInt8 = 0

  @usableFromInline
  init(
    client: SocketID, from endpoint: Endpoint, plan: UInt32, port: UInt16, number: UInt64, at now: Instant
  ) {
    self.client = client
    numberLow = UInt32(truncatingIfNeeded: number)
    numberHigh = UInt16(truncatingIfNeeded: number >> 32)
    self.clientEndpoint = endpoint
    self.backendEndpoint = Endpoint(.anyV4, port)
    self.plan = UInt16(plan)
    acceptedAt = now
    activeAt = now
    // What came before the first event is found by trying.
    toBackend.sourceReady = true
    toClient.sinkReady = true
  }

  /// Counts the worker's sessions, from 1; the rest of its `SessionID` is where it is.
  @inlinable
  var number: UInt64 { UInt64(numberHigh) << 32 | UInt64(numberLow) }

  /// The endpoint that it is connected to, in the order of its plan's backend.
  @inlinable
  var endpoint: UInt16 {
    get { UInt16(endpointHigh) << 8 | UInt16(endpointLow) }
    set { (endpointHigh, endpointLow) = (UInt8(newValue >> 8), UInt8(truncatingIfNeeded: newValue)) }
  }

  @inlinable
  var isConnected: Bool { backend != .none }

  /// It is over but for the last bytes.
  @inlinable
  var isWaiting: Bool {
    get { traits[.isWaiting] }
    set { traits[.isWaiting] = newValue }
  }

  /// What lasting sessions get is still to be done for it.
  @inlinable
  var isNewcomer: Bool {
    get { traits[.isNewcomer] }
    set { traits[.isNewcomer] = newValue }
  }

  /// An administrator has asked for its end.
  @inlinable
  var isEnding: Bool {
    get { traits[.isEnding] }
    set { traits[.isEnding] = newValue }
  }

  @inlinable
  var hasFailed: Bool { clientFailure != nil || backendFailure != nil }

  @inlinable
  func socket(of side: Side) -> SocketID { side == .client ? client : backend }

  @inlinable
  func failure(of side: Side) -> Failure? { side == .client ? clientFailure : backendFailure }

  /// The flow that comes from this side.
  @inlinable
  subscript(from side: Side) -> Flow {
    _read { if side == .client { yield toBackend } else { yield toClient } }
    _modify { if side == .client { yield &toBackend } else { yield &toClient } }
  }

  /// The flow that goes to this side.
  @inlinable
  subscript(to side: Side) -> Flow {
    _read { if side == .client { yield toClient } else { yield toBackend } }
    _modify { if side == .client { yield &toClient } else { yield &toBackend } }
  }

  /// Much comes at once, in one direction at least.
  @inlinable
  var isBulk: Bool { toBackend.isBulk || toClient.isBulk }

  /// Exactly one of the two directions is over.
  @inlinable
  var isHalfClosed: Bool { toBackend.isOver != toClient.isOver }

  /// The side that has ended its stream, once it is the only one, and may have gone for good (HALF); before the backend
  /// is connected it is asked only of a client whose end was seen.
  @inlinable
  var endedSide: Side? {
    guard !hasFailed else { return nil }
    guard isConnected else { return .client }
    guard isHalfClosed else { return nil }
    return toBackend.isOver ? .client : .backend
  }

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
  /// Gives both flows their share of a turn, unless they have had it.
  @inlinable
  mutating func enter(_ turn: UInt8) {
    guard turn != self.turn else { return }
    self.turn = turn
    toBackend.readsLeft = Limits.readsPerTurn
    toClient.readsLeft = Limits.readsPerTurn
  }

  /// Takes a hint that a socket may be ready.
  @inlinable
  mutating func note(_ readiness: Readiness, of side: Side) {
    let readable = !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed, .urgent])
    let writable = !readiness.isDisjoint(with: [.writable, .hungUp, .failed])
    if readable { self[from: side].sourceReady = true }
    if writable { self[to: side].sinkReady = true }
  }

  /// Moves what can be moved in both directions, and passes ends on.
  ///
  /// `suspect` is a side whose socket is said to have failed. It is read before it is asked for its error: an end that
  /// is read while the error still waits is a true end, and after it was taken every end looks the same (R2, R4).
  @inlinable
  mutating func pump<IO: Transport & ~Copyable>(
    suspect: Side? = nil, relay: RelayMode, on transport: inout IO
  ) -> Pumped {
    let before = toBackend.moved &+ toClient.moved
    let delivered = (toBackend: toBackend.delivered, toClient: toClient.delivered)
    var pumped = Pumped()
    pumpFlow(from: .client, relay: relay, &pumped, on: &transport)
    if isConnected {
      pumpFlow(from: .backend, relay: relay, &pumped, on: &transport)
    }
    if let suspect, failure(of: suspect) == nil {
      learnFailure(of: suspect, on: &transport)
      if failure(of: suspect) != nil { pumpFlow(from: suspect, relay: relay, &pumped, on: &transport) }
    }
    if isConnected {
      // Behind the header that porxy makes, as all that the client sends.
      if toBackend.state == .draining, !traits.contains(.sendsHeader) {
        passEnd(of: .client, relay: relay, &pumped, on: &transport)
      }
      if toClient.state == .draining { passEnd(of: .backend, relay: relay, &pumped, on: &transport) }
    }
    pumped.moved = toBackend.moved &+ toClient.moved &- before
    if pumped.moved > 0 { progressAt = transport.now }
    pumped.toBackend = toBackend.delivered &- delivered.toBackend
    pumped.toClient = toClient.delivered &- delivered.toClient
    return pumped
  }

  @inlinable
  mutating func pumpFlow<IO: Transport & ~Copyable>(
    from source: Side, relay: RelayMode, _ pumped: inout Pumped, on transport: inout IO
  ) {
    let rest = self[from: source].pump(
      from: socket(of: source), to: socket(of: source.other), sourceFailure: failure(of: source), relay: relay,
      on: &transport)
    switch rest {
    case .waiting: break
    case .again: pumped.again = true
    case .starved: pumped.starved = true
    // After a failure the other flow has something new to look at.
    case .sourceFailed(let failure):
      fail(source, failure, on: &transport)
      pumped.again = true
    case .sinkFailed(let failure):
      fail(source.other, failure, on: &transport)
      pumped.again = true
    }
  }

  /// Passes a side's end on, unless it turns out to be a reset.
  ///
  /// What the other side has sent meanwhile is given to the ended one first. Direct, its kernel would have had those
  /// bytes before: if it closed without reading them it would have sent a reset and no end (R7).
  @inlinable
  mutating func passEnd<IO: Transport & ~Copyable>(
    of side: Side, relay: RelayMode, _ pumped: inout Pumped, on transport: inout IO
  ) {
    if failure(of: side) == nil {
      guard self[to: side].readsLeft > 0 else {
        // The other's share is used up, so the end waits for the next turn, which begins with a full one.
        pumped.again = true
        return
      }
      self[to: side].sourceReady = true
      pumpFlow(from: side.other, relay: relay, &pumped, on: &transport)
      learnFailure(of: side, on: &transport)
    }
    if firstEnd == nil { firstEnd = side }
    guard self[from: side].state == .draining else { return }
    switch Ending.passage(failure: failure(of: side), other: self[to: side].state, hasFailed: hasFailed) {
    case .now: self[from: side].finish(socket(of: side.other), on: &transport)
    case .last: pumped.lastEnd = side
    case .never: self[from: side].state = .broken
    }
  }

  /// Passes a side's end on when nothing but it is left.
  @inlinable
  mutating func passLastEnd<IO: Transport & ~Copyable>(
    of side: Side, on transport: inout IO
  ) -> Ending.Verdict {
    let sink = socket(of: side.other)
    let verdict = Ending.decideLastEnd(
      to: transport.sendQueue(of: sink), from: transport.sendQueue(of: socket(of: side)))
    if verdict == .wait {
      self[from: side].finish(sink, on: &transport)
    } else {
      self[from: side].state = .finished
    }
    return verdict
  }

  /// Asks the socket for the error it may have met, unless one is known.
  @inlinable
  mutating func learnFailure<IO: Transport & ~Copyable>(of side: Side, on transport: inout IO) {
    guard failure(of: side) == nil, let failure = transport.takeFailure(on: socket(of: side)) else { return }
    fail(side, failure, on: &transport)
  }

  /// Notes the first error of a side. Nothing can be passed on to it any more; what can still be read from it is
  /// (ANSWER).
  @inlinable
  mutating func fail<IO: Transport & ~Copyable>(_ side: Side, _ error: Failure, on transport: inout IO) {
    guard failure(of: side) == nil else { return }
    let failure = Ending.meaning(of: error, from: self[from: side].state, to: self[to: side].state) {
      transport.sendQueue(of: socket(of: side))
    }
    if firstFailed == nil {
      firstFailed = side
      failedIn = phase
    }
    progressAt = transport.now
    if side == .client { clientFailure = failure } else { backendFailure = failure }
    self[to: side].cut(on: &transport)
    self[from: side].sourceReady = true
  }

  /// What the rules make of the session now. `lastEnd` is the side whose end is still to be passed on, as the last.
  @inlinable
  mutating func settle<IO: Transport & ~Copyable>(
    lastEnd: Side?, on transport: inout IO
  ) -> Ending.Verdict {
    guard isConnected else {
      return Ending.decideUnconnected(
        client: clientFailure, flow: toBackend.state, holdsBytes: toBackend.conduit != nil)
    }
    if let lastEnd { return passLastEnd(of: lastEnd, on: &transport) }
    guard hasFailed || (toBackend.state == .finished && toClient.state == .finished) else { return .goOn }
    let clientQueue = transport.sendQueue(of: client)
    let backendQueue = transport.sendQueue(of: backend)
    return Ending.decide(
      client: Ending.View(failure: clientFailure, flow: toBackend.state, queue: clientQueue),
      backend: Ending.View(failure: backendFailure, flow: toClient.state, queue: backendQueue),
      isPatient: isPatient(clientQueue, backendQueue, at: transport.now))
  }

  /// Has both peers see a reset if porxy dies (CUT), unless their streams are whole: those the kernel delivers alone.
  @inlinable
  func resetIfAbandoned<IO: Transport & ~Copyable>(on transport: inout IO) {
    guard hasFailed || toBackend.state != .finished || toClient.state != .finished else { return }
    if clientFailure == nil { transport.resetIfAbandoned(client) }
    if isConnected, backendFailure == nil { transport.resetIfAbandoned(backend) }
  }

  /// Whether what a failed side has sent may still arrive at the other.
  @inlinable
  mutating func isPatient(_ clientQueue: SendQueue, _ backendQueue: SendQueue, at now: Instant) -> Bool {
    guard hasFailed else { return true }
    let queue = noteProgress(clientQueue, backendQueue, at: now)
    let patience = queue.isHeldByPeer ? Limits.closedWindowPatience : Limits.acknowledgementPatience
    return now < progressAt + patience
  }

  /// Notes what the survivor's kernel has acknowledged since the last look, and returns its queue.
  @inlinable
  @discardableResult
  mutating func noteProgress(_ clientQueue: SendQueue, _ backendQueue: SendQueue, at now: Instant) -> SendQueue {
    let survivor: Side = clientFailure != nil ? .backend : .client
    let queue = survivor == .backend ? backendQueue : clientQueue
    let acknowledgedNow = UInt32(truncatingIfNeeded: self[to: survivor].delivered) &- queue.unacknowledged
    if acknowledgedNow != acknowledged {
      acknowledged = acknowledgedNow
      progressAt = now
    }
    return queue
  }
}
