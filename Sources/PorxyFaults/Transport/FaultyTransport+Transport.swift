public import PorxyCore

extension FaultyTransport: Transport where Base: ~Copyable {
  public var now: Instant { base.now }
  public var isBatchFull: Bool { base.isBatchFull }

  public mutating func wait(until deadline: Instant) {
    invariant(toldTaken == told.count, "all events of a turn are taken before the next wait")
    told.removeAll(keepingCapacity: true)
    toldTaken = 0
    hasFired = false
    turn += 1
    base.wait(until: min(deadline, nextDeadline))
    takeNews()
    if listenersDueAt <= base.now { followListeners() }
    if resolutionsDueAt <= base.now { followResolutions() }
  }

  public mutating func nextEvent() -> Event? {
    while let event = base.nextEvent() {  // bound: the base transport's batch
      if let event = translate(event) { return event }
    }
    if !hasFired {
      hasFired = true
      if timers.next <= base.now { fireTimers() }
    }
    guard toldTaken < told.count else { return nil }
    toldTaken += 1
    return told[toldTaken - 1]
  }

  /// Names sockets as the proxy knows them, and keeps back what it is not to know yet.
  private mutating func translate(_ event: Event) -> Event? {
    switch event {
    case .ready(let socket, let readiness):
      guard let id = owner(of: socket) else {
        _ = noteWaiting(socket, readiness)
        return nil
      }
      return sockets[Int(id.slot)].isLined ? note(readiness, of: Int(id.slot)) : .ready(id, readiness)
    case .connected(let socket):
      return owner(of: socket).map { connected(Int($0.slot)) }
    case .connectFailed(let socket, let failure):
      return owner(of: socket).map { .connectFailed($0, failure) }
    case .acceptable(let listener): return isToldOfClients(listener) ? event : nil
    case .resolved(let resolution): return isToldOfAnswer(resolution) ? event : nil
    case .control, .refused: return event
    }
  }

  // MARK: Addresses

  public mutating func isOwn(_ address: IPAddress) -> Bool { base.isOwn(address) }
  public mutating func isListening(at endpoint: Endpoint) -> Bool? { base.isListening(at: endpoint) }

  // MARK: Ending

  /// The base transport's socket; nil where there is none now.
  public func below(_ id: SocketID) -> SocketID? {
    let socket = sockets[place(of: id)].base
    return socket == .none ? nil : socket
  }

  public mutating func finishSending(on id: SocketID) {
    if let socket = below(id) { base.finishSending(on: socket) }
  }

  public mutating func close(_ id: SocketID, _ closing: Closing) {
    let place = place(of: id)
    let socket = sockets[place].base
    // What the line holds was not read: a kernel that has unread bytes resets (R7).
    let isUnread = !sockets[place].line.isEmpty
    discardLine(place)
    remove(place)
    if socket != .none { base.close(socket, isUnread ? .abortive : closing) }
  }

  public mutating func sendQueue(of id: SocketID) -> SendQueue {
    if let socket = below(id) { return base.sendQueue(of: socket) }
    return sockets[place(of: id)].remains?.queue ?? SendQueue(unacknowledged: 0, unsent: 0)
  }

  public mutating func lastAcknowledgement(on id: SocketID) -> Instant {
    if let socket = below(id) { return base.lastAcknowledgement(on: socket) }
    return sockets[place(of: id)].remains?.acknowledgedAt ?? now
  }

  public mutating func statistics(of id: SocketID) -> SocketStatistics? {
    if let socket = below(id) { return base.statistics(of: socket) }
    return sockets[place(of: id)].remains?.statistics
  }

  public mutating func localEndpoint(of id: SocketID) -> Endpoint? {
    if let socket = below(id) { return base.localEndpoint(of: socket) }
    return sockets[place(of: id)].remains?.local
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on id: SocketID) {
    if let socket = below(id) { base.setKeepalive(keepalive, on: socket) }
  }

  public mutating func resetIfAbandoned(_ id: SocketID) {
    if let socket = below(id) { base.resetIfAbandoned(socket) }
  }

  public mutating func faultNote(of client: SocketID) -> FaultNote? {
    let session = sockets[place(of: client)].session
    guard session != .max, let known = sessions[Int(session)] else { return nil }
    guard !known.met.isEmpty else { return nil }
    // Which of them is the first to act may be up to chance; their order here is not.
    let planned = plan.faults.map(\.planned.name)
    let names = known.met.filter { !planned.contains($0) } + planned.filter { known.met.contains($0) }
    return FaultNote(names: names.joined(separator: ","), session: known.number)
  }

  // MARK: Conduits

  public mutating func borrowConduit(_ kind: ConduitKind) -> Conduit? { lacks(kind) ? nil : base.borrowConduit(kind) }
  public mutating func returnConduit(_ conduit: Conduit) { base.returnConduit(conduit) }
  public mutating func discardConduit(_ conduit: Conduit) { base.discardConduit(conduit) }
  public mutating func enlarge(_ conduit: inout Conduit) -> Bool { base.enlarge(&conduit) }
  public mutating func fill(_ conduit: inout Conduit, with bytes: Span<UInt8>) -> Bool {
    base.fill(&conduit, with: bytes)
  }
  public mutating func peek<Answer>(_ conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer {
    base.peek(conduit, look)
  }
  public mutating func drop(_ count: UInt32, from conduit: inout Conduit) { base.drop(count, from: &conduit) }
}
