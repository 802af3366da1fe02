// Passing bytes on, and acting on what the rules make of it.
extension Proxy where Network: ~Copyable {
  @inlinable
  mutating func ready(_ socket: SocketID, _ readiness: Readiness, on network: inout Network) {
    guard let link = link(of: socket) else { return }
    let side: Side
    switch link.role {
    case .client: side = .client
    case .backend: side = .backend
    case .attempt, .nobody: return
    }
    sessions[link.owner].note(readiness, of: side)
    relay(link.owner, suspect: readiness.contains(.failed) ? side : nil, on: &network)
  }

  /// Moves what can be moved and settles what has ended.
  @inlinable
  mutating func relay(_ index: UInt32, suspect: Side? = nil, on network: inout Network) {
    let pumped = sessions[index].pump(suspect: suspect, relay: relayMode, on: &network)
    if pumped.moved { sessions[index].activeAt = network.now }
    switch sessions[index].settle(lastEnd: pumped.lastEnd, on: &network) {
    case .goOn:
      if pumped.again { queue(index) }
      if pumped.starved { starve(index, at: network.now) }
      if sessions[index].isHalfClosed && sessions[index].halfWatch == .off { beginHalfWatch(index, at: network.now) }
    case .wait:
      if pumped.again { queue(index) }
      if pumped.starved { starve(index, at: network.now) }
      if !sessions[index].isWaiting { beginWaiting(index, at: network.now) }
    case .close(let client, let backend):
      close(index, client: client, backend: backend, on: &network)
    }
  }

  /// Gives the session a place in the next turn.
  @inlinable
  mutating func queue(_ index: UInt32) {
    guard !sessions[index].isQueued else { return }
    sessions[index].isQueued = true
    queued.append(index)
  }

  /// Lets the session try again for a conduit in a while.
  @inlinable
  mutating func starve(_ index: UInt32, at now: Instant) {
    guard !sessions[index].isQueued else { return }
    sessions[index].isQueued = true
    starved.append(index)
    if starvedUntil == .never { starvedUntil = now + Limits.starvationInterval }
  }

  /// Serves those in `served`; whoever has ended meanwhile has no place any more.
  @inlinable
  mutating func serveQueued(on network: inout Network) {
    for index in served where sessions.contains(index) && sessions[index].isQueued {
      sessions[index].isQueued = false
      relay(index, on: &network)
    }
    served.removeAll(keepingCapacity: true)
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

  /// If one direction stays over for a while, its peer's kernel is asked whether it still knows the connection (HALF).
  @inlinable
  mutating func beginHalfWatch(_ index: UInt32, at now: Instant) {
    sessions[index].halfWatch = .due
    sessions[index].lookAt = now + Limits.halfCloseGrace
    arm(index, at: now)
  }

  @inlinable
  mutating func look(at index: UInt32, on network: inout Network) {
    if sessions[index].isWaiting {
      let delayMax: UInt16 = sessions[index].hasFailed ? 64 : 1024
      sessions[index].lookDelay = min(sessions[index].lookDelay * 2, delayMax)
      sessions[index].lookAt = network.now + .milliseconds(Int(sessions[index].lookDelay))
      relay(index, on: &network)
    } else {
      sessions[index].lookAt = .never
      guard sessions[index].halfWatch == .due else { return }
      sessions[index].halfWatch = .on
      guard sessions[index].isHalfClosed, !sessions[index].hasFailed else { return }
      let ended: Side = sessions[index].toBackend.isOver ? .client : .backend
      let patience = patience[Int(sessions[index].listener)]
      network.setKeepalive(
        ended == .client ? patience.halfClosedClient : patience.halfClosedBackend,
        on: sessions[index].socket(of: ended))
    }
  }

  /// A session that lasts has its backend's kernel asked, in a silence, whether it still exists (VANISHES).
  @inlinable
  mutating func beginKeepalive(_ index: UInt32, on network: inout Network) {
    guard sessions.contains(index), sessions[index].isNewcomer,
      network.now >= sessions[index].connectedAt + Limits.keepaliveGrace
    else { return }
    sessions[index].isNewcomer = false
    guard !sessions[index].hasFailed, sessions[index].halfWatch != .on, let keepalive = patience(of: index).keepalive
    else { return }
    network.setKeepalive(keepalive, on: sessions[index].backend)
  }
}
