import PorxyCore

extension SimulatedTransport {
  /// What epoll_wait would give now.
  func collect(into batch: inout [Event]) {
    let host = host.index
    network.mailboxes[host].isInterrupted = false
    while let event = network.mailboxes[host].events.popFirst() {  // bound: the events of this instant
      batch.append(event)
    }
    let heldUntil = network.mailboxes[host].heldUntil
    if heldUntil <= network.time {
      let wasHeld = heldUntil > 0
      let first = batch.count
      collectListeners(into: &batch)
      collectSockets(into: &batch)
      if wasHeld { shuffle(&batch, from: first) }
    }
    addSpuriousReadiness(to: &batch)
    for event in batch { network.note(event, on: self.host) }
  }

  private func collectListeners(into batch: inout [Event]) {
    while let listener = network.mailboxes[host.index].acceptable.popFirst() {  // bound: the listeners
      network.listeners[Int(listener.rawValue)].isListed = false
      guard network.listeners[Int(listener.rawValue)].isOpen else { continue }
      batch.append(.acceptable(listener))
    }
  }

  private func collectSockets(into batch: inout [Event]) {
    while batch.count < Self.batchMax, let socket = network.mailboxes[host.index].ready.popFirst() {
      guard let slot = network.live(socket), network.blocks[slot].isOpen else { continue }
      network.blocks[slot].isListed = false
      if let event = event(slot) { batch.append(event) }
    }
  }

  private func event(_ slot: Int) -> Event? {
    guard let id = network.blocks[slot].id else { return nil }
    let mask = network.mask(slot)
    guard !mask.isEmpty else { return nil }
    guard network.blocks[slot].isDialling else { return .ready(id, mask) }
    network.blocks[slot].isDialling = false
    network.blocks[slot].isConnecting = false
    guard network.blocks[slot].wasEstablished else {
      return .connectFailed(id, Failure(network.takeError(slot) ?? .connectionAborted))
    }
    let isOwn = network.blocks[slot].peer == network.socket(slot)
    return isOwn ? .connectFailed(id, .connectedToItself) : .connected(id)
  }

  private func addSpuriousReadiness(to batch: inout [Event]) {
    let permille = network.hosts[host.index].conditions.spurious
    guard permille > 0, !descriptors.isEmpty else { return }
    let draw = network.nextDraw(host.index)
    let key = UInt64(host.rawValue)
    guard network.chance.happens(permille, .spurious, key, draw) else { return }
    let place = Int(network.chance.below(UInt64(descriptors.count), .spurious, key &+ 1 << 32, draw))
    let socket = descriptors[place].socket
    guard socket != .none, !network.blocks[socket.index].isDialling else { return }
    network.faultsMet.meet(.spuriousReadiness)
    let hints: [Readiness] = [.readable, .writable, [.readable, .writable]]
    let id = SocketID(slot: UInt32(place), generation: descriptors[place].generation)
    batch.append(.ready(id, hints[Int(draw % 3)]))
  }

  private func shuffle(_ batch: inout [Event], from first: Int) {
    for last in batch.indices.dropFirst(first).reversed().dropLast() {
      let draw = network.nextDraw(host.index)
      let other = network.chance.below(UInt64(last - first + 1), .readinessOrder, UInt64(host.rawValue), draw)
      batch.swapAt(last, first + Int(other))
    }
  }
}

extension Network {
  /// Lets virtual time go by until there is something for the transport of a host, or a point of time.
  func wait(_ host: HostID, until deadline: Instant) {
    let index = host.index
    deliverWakes()
    while hosts[index].conditions.isHung, step() {}  // bound: the hang ends as an event
    if isInterrupted(index) {
      mailboxes[index].isInterrupted = true
      faultsMet.meet(.interrupted)
    }
    while hosts[index].hasTransport {  // bound: virtual time
      let next = nextEventTime?.nanoseconds ?? .max
      if next <= time {
        step()
        continue
      }
      guard !hasMail(index), deadline.nanoseconds > time, next <= deadline.nanoseconds, next < .max else { break }
      step()
    }
    guard !hasMail(index), hosts[index].hasTransport, deadline != .never else { return }
    time = max(time, deadline.nanoseconds)
  }

  func note(_ event: Event, on host: HostID) {
    let number = UInt64(host.rawValue)
    switch event {
    case .acceptable(let id): trace.add(.event, number, 1, UInt64(id.rawValue), at: time)
    case .connected(let id): trace.add(.event, number, 2, UInt64(id.slot), at: time)
    case .connectFailed(let id, _): trace.add(.event, number, 3, UInt64(id.slot), at: time)
    case .ready(let id, let mask):
      trace.add(.event, number, 4 | UInt64(mask.rawValue) << 8, UInt64(id.slot) << 32 | UInt64(id.generation), at: time)
    case .resolved(let id): trace.add(.event, number, 5, id.rawValue, at: time)
    case .asked(let request): trace.add(.event, number, 6, UInt64(request.rawValue), at: time)
    }
  }

  /// A fault lets readiness of a socket come after its close.
  func injectStaleReadiness(_ socket: Socket, _ id: SocketID) {
    let host = blocks[socket.index].host.index
    let permille = hosts[host].conditions.stale
    guard permille > 0 else { return }
    let draw = nextDraw(host)
    guard chance.happens(permille, .stale, UInt64(host), draw) else { return }
    faultsMet.meet(.staleReadiness)
    let delay = chance.below(1_000_000, .staleDelay, UInt64(host), draw)
    schedule(time + delay, .stale(HostID(host), id, [.readable, .writable, .peerEnded]))
  }

  private func hasMail(_ host: Int) -> Bool {
    if !mailboxes[host].events.isEmpty || mailboxes[host].isInterrupted { return true }
    guard !mailboxes[host].ready.isEmpty || !mailboxes[host].acceptable.isEmpty else { return false }
    return mailboxes[host].heldUntil <= time
  }

  private func isInterrupted(_ host: Int) -> Bool {
    let permille = hosts[host].conditions.interruptions
    return permille > 0 && chance.happens(permille, .interruption, UInt64(host), nextDraw(host))
  }
}
