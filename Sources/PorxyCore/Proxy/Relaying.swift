/// Sessions with bulk to move that wait for their turn, the longest waiting first.
@usableFromInline
struct BulkQueue {
  /// Those that have had their turn among them, the first `taken`.
  private(set) var sessions: [UInt32] = []
  private var taken = 0

  @usableFromInline
  init() {}

  @usableFromInline
  var count: Int { sessions.count - taken }

  @usableFromInline
  mutating func append(_ session: UInt32) { sessions.append(session) }

  @usableFromInline
  mutating func popFirst() -> UInt32? {
    guard taken < sessions.count else { return nil }
    defer { taken += 1 }
    let first = sessions[taken]
    // Half of it has been taken: the rest moves up, so that each session is moved once on average.
    if taken >= 64, taken * 2 >= sessions.count {
      sessions.removeFirst(taken)
      taken = 0
    }
    return first
  }
}

// Passing bytes on, and acting on what the rules make of it.
extension Proxy where IO: ~Copyable {
  @inlinable
  mutating func ready(_ socket: SocketID, _ readiness: Readiness, on transport: inout IO) {
    guard let owner = owner(of: socket) else { return }
    let side: Side
    switch owner.role {
    case .client: side = .client
    case .backend: side = .backend
    case .look: return leave(owner.index, on: &transport)
    case .check: return checkReady(owner.index, on: &transport)
    case .attempt, .none: return
    }
    sessions[owner.index].note(readiness, of: side)
    if readiness.contains(.peerEnded), !sessions[owner.index].isConnected, sessions[owner.index].halfWatch == .off {
      // Its end may stand behind bytes that wait for the backend, so it cannot be read.
      beginHalfWatch(owner.index, at: transport.now)
    }
    if sessions[owner.index].isBulk, bulk.count > 0 || bulkLeft == 0, readiness.isOnlyOfBytes {
      return queue(owner.index)
    }
    relay(owner.index, suspect: readiness.contains(.failed) ? side : nil, on: &transport)
  }

  /// Moves what can be moved and settles what has ended.
  @inlinable
  mutating func relay(_ index: UInt32, suspect: Side? = nil, on transport: inout IO) {
    sessions[index].enter(turnNumber)
    if !sessions[index].traits.isDisjoint(with: .tradesHeader) {
      guard tradeHeaders(of: index, on: &transport) else { return }
    }
    let pumped = sessions[index].pump(suspect: suspect, relay: relayMode, on: &transport)
    if pumped.moved > 0 {
      noteMove(in: index, at: transport.now)
      countMove(pumped, of: index)
      if sessions[index].isBulk { bulkLeft -= min(bulkLeft, pumped.moved) }
    }
    switch sessions[index].settle(lastEnd: pumped.lastEnd, on: &transport) {
    case .goOn:
      if pumped.again { queue(index) }
      if pumped.starved { starve(index, at: transport.now) }
      if sessions[index].isHalfClosed && sessions[index].halfWatch == .off { beginHalfWatch(index, at: transport.now) }
    case .wait:
      if pumped.again { queue(index) }
      if pumped.starved { starve(index, at: transport.now) }
      if !sessions[index].isWaiting { beginWaiting(index, at: transport.now) }
    case .close(let client, let backend):
      close(index, client: client, backend: backend, on: &transport)
    }
  }

  /// Gives the session a place in the next turn.
  @inlinable
  mutating func queue(_ index: UInt32) {
    guard !sessions[index].isQueued else { return }
    sessions[index].isQueued = true
    if sessions[index].isBulk { bulk.append(index) } else { queued.append(index) }
  }

  /// Lets the session try again for a conduit in a while.
  @inlinable
  mutating func starve(_ index: UInt32, at now: Instant) {
    guard !sessions[index].isQueued else { return }
    sessions[index].isQueued = true
    starved.append(index)
    meters.counted.starved &+= 1
    if starvedUntil == .never { starvedUntil = now + Limits.starvationInterval }
  }

  /// Serves those in `served`; whoever has ended meanwhile has no place any more.
  @inlinable
  mutating func serveQueued(on transport: inout IO) {
    for index in served where sessions.contains(index) && sessions[index].isQueued {
      sessions[index].isQueued = false
      relay(index, on: &transport)
    }
    served.removeAll(keepingCapacity: true)
  }

  /// Serves sessions with bulk as far as the turn's share goes, each once.
  @inlinable
  mutating func serveBulk(on transport: inout IO) {
    for _ in 0..<bulk.count {
      guard bulkLeft > 0, let index = bulk.popFirst() else { return }
      guard sessions.contains(index), sessions[index].isQueued else { continue }
      sessions[index].isQueued = false
      relay(index, on: &transport)
    }
  }

  // MARK: Looking again

  /// The session is over but for bytes on their way: looks are frequent at first.
  @inlinable
  mutating func beginWaiting(_ index: UInt32, at now: Instant) {
    sessions[index].isWaiting = true
    sessions[index].lookDelay = 1
    sessions[index].lookAt = now + .milliseconds(1)
    arm(index, at: now)
  }

  /// If one direction stays over for a while, or a client that has ended has no backend yet, its peer's kernel is asked
  /// whether it still knows the connection (HALF).
  @inlinable
  mutating func beginHalfWatch(_ index: UInt32, at now: Instant) {
    sessions[index].halfWatch = .due
    sessions[index].lookAt = now + Limits.halfCloseGrace
    arm(index, at: now)
  }

  @inlinable
  mutating func look(at index: UInt32, on transport: inout IO) {
    if sessions[index].isWaiting {
      let delayMax: UInt16 = sessions[index].hasFailed ? 64 : 1024
      sessions[index].lookDelay = min(sessions[index].lookDelay * 2, delayMax)
      sessions[index].lookAt = transport.now + .milliseconds(Int(sessions[index].lookDelay))
      relay(index, on: &transport)
    } else {
      sessions[index].lookAt = .never
      guard sessions[index].halfWatch == .due else { return }
      guard let ended = sessions[index].endedSide else {
        sessions[index].halfWatch = .off
        return
      }
      sessions[index].halfWatch = .on
      let timeouts = timeouts(of: index)
      transport.setKeepalive(
        ended == .client ? timeouts.halfClosedClient : timeouts.halfClosedBackend,
        on: sessions[index].socket(of: ended))
    }
  }

  // MARK: What only sessions that last get

  /// If the session lasts from now on, it is to be secured.
  @inlinable
  mutating func welcome(_ index: UInt32, at now: Instant) {
    guard !sessions[index].isNewcomer else { return }
    sessions[index].isNewcomer = true
    deferredKeepalives.add(index, at: now)
  }

  /// A session that lasts does not look whole if porxy's own death cuts it (CUT), and has its backend's kernel asked,
  /// in a silence, whether it still exists (VANISHES).
  @inlinable
  mutating func secure(_ index: UInt32, on transport: inout IO) {
    guard sessions.contains(index), sessions[index].isNewcomer,
      transport.now >= sessions[index].acceptedAt + Limits.lastingGrace
    else { return }
    sessions[index].isNewcomer = false
    sessions[index].resetIfAbandoned(on: &transport)
    // A backend that has ended is asked already, and more often.
    let isAsked = sessions[index].halfWatch == .on && sessions[index].endedSide == .backend
    guard sessions[index].isConnected, !sessions[index].hasFailed, !isAsked,
      let keepalive = timeouts(of: index).keepalive
    else { return }
    transport.setKeepalive(keepalive, on: sessions[index].backend)
  }
}
