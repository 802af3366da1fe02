public import PorxyCore

extension RecordingTransport: Transport where Base: ~Copyable {
  public var now: Instant { base.now }
  public var isBatchFull: Bool { base.isBatchFull }
  public mutating func wait(until deadline: Instant) { base.wait(until: deadline) }

  public mutating func nextEvent() -> Event? {
    guard let event = base.nextEvent() else { return nil }
    switch event {
    case .connected(let socket): if let owner = owner(of: socket) { noteDialling(.connected, of: owner) }
    case .connectFailed(let socket, let failure):
      if let owner = owner(of: socket) { noteDialling(.failed(failure), of: owner) }
    case .acceptable, .ready, .resolved, .control, .refused: break
    }
    return event
  }

  // MARK: Listening

  public mutating func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    try base.bind(to: endpoint, options)
  }
  public mutating func startListening(_ listener: ListenerID) throws(TransportError) {
    try base.startListening(listener)
  }
  public mutating func stopListening(_ listener: ListenerID) { base.stopListening(listener) }
  public mutating func setOptions(_ options: SocketOptions, of listener: ListenerID) {
    base.setOptions(options, of: listener)
  }
  public mutating func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) { base.setDeaf(isDeaf, listener) }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    let acceptance = base.accept(from: listener)
    if case .accepted(let socket, let client) = acceptance { begin(socket, from: client) }
    return acceptance
  }

  public mutating func hasClients(_ listener: ListenerID) -> Bool { base.hasClients(listener) }
  public mutating func isLost(_ listener: ListenerID) -> Bool { base.isLost(listener) }
  public mutating func acceptQueue(of listener: ListenerID) -> AcceptQueue? { base.acceptQueue(of: listener) }
  public mutating func closeListener(_ listener: ListenerID) { base.closeListener(listener) }

  // MARK: Connecting

  public mutating func resolve(_ host: String) -> ResolutionID { base.resolve(host) }
  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    try base.takeAddresses(of: resolution)
  }

  public mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions, for client: SocketID
  ) throws(TransportError) -> SocketID {
    do throws(TransportError) {
      let socket = try base.connect(to: endpoint, options, for: client)
      begin(socket, for: client)
      if let owner = owner(of: socket) { noteDialling(.begun, of: owner) }
      return socket
    } catch {
      if let owner = owner(of: client) { noteDialling(.failed(error.failure), of: owner) }
      throw error
    }
  }

  public mutating func isOwn(_ address: IPAddress) -> Bool { base.isOwn(address) }
  public mutating func isListening(at endpoint: Endpoint) -> Bool? { base.isListening(at: endpoint) }

  // MARK: Ending

  public mutating func finishSending(on socket: SocketID) { base.finishSending(on: socket) }

  public mutating func close(_ socket: SocketID, _ closing: Closing) {
    forget(socket)
    base.close(socket, closing)
  }

  public mutating func sendQueue(of socket: SocketID) -> SendQueue { base.sendQueue(of: socket) }
  public mutating func lastAcknowledgement(on socket: SocketID) -> Instant { base.lastAcknowledgement(on: socket) }
  public mutating func statistics(of socket: SocketID) -> SocketStatistics? { base.statistics(of: socket) }

  public mutating func takeFailure(on socket: SocketID) -> Failure? {
    let failure = base.takeFailure(on: socket)
    if let failure, let owner = owner(of: socket) { note(.failed(failure), of: owner) }
    return failure
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on socket: SocketID) {
    base.setKeepalive(keepalive, on: socket)
  }
  public mutating func resetIfAbandoned(_ socket: SocketID) { base.resetIfAbandoned(socket) }
  public mutating func localEndpoint(of socket: SocketID) -> Endpoint? { base.localEndpoint(of: socket) }
  public mutating func faultNote(of client: SocketID) -> FaultNote? { base.faultNote(of: client) }

  // MARK: Bytes

  public mutating func borrowConduit(_ kind: ConduitKind) -> Conduit? { base.borrowConduit(kind) }

  public mutating func returnConduit(_ conduit: Conduit) {
    forgetOwn(conduit)
    base.returnConduit(conduit)
  }

  public mutating func discardConduit(_ conduit: Conduit) {
    forgetOwn(conduit)
    base.discardConduit(conduit)
  }

  public mutating func enlarge(_ conduit: inout Conduit) -> Bool {
    let slot = conduit.slot
    guard base.enlarge(&conduit) else { return false }
    if slot != conduit.slot, let own = ownBytes.removeValue(forKey: slot) { ownBytes[conduit.slot] = own }
    return true
  }

  public mutating func pull(from socket: SocketID, into conduit: inout Conduit, atMost most: UInt32) -> Transfer {
    let transfer = base.pull(from: socket, into: &conduit, atMost: most)
    guard let owner = owner(of: socket) else { return transfer }
    switch transfer {
    case .moved(let count): note(.sent(UInt64(count)), of: owner)
    case .ended: note(.finished, of: owner)
    case .failed(let failure): note(.failed(failure), of: owner)
    case .blocked: break
    }
    return transfer
  }

  public mutating func push(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    let slot = conduit.slot
    let transfer = base.push(from: &conduit, to: socket)
    guard let owner = owner(of: socket) else { return transfer }
    switch transfer {
    case .moved(let count): noteHeard(count - takeOwn(count, from: slot), by: owner)
    case .failed(let failure): note(.failed(failure), of: owner)
    case .blocked, .ended: break
    }
    return transfer
  }

  public mutating func fill(_ conduit: inout Conduit, with bytes: Span<UInt8>) -> Bool {
    guard base.fill(&conduit, with: bytes) else { return false }
    ownBytes[conduit.slot, default: 0] += UInt32(bytes.count)
    return true
  }

  public mutating func peek<Answer>(_ conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer {
    base.peek(conduit, look)
  }
  public mutating func drop(_ count: UInt32, from conduit: inout Conduit) { base.drop(count, from: &conduit) }

  /// How many of the bytes pushed from a conduit are porxy's own: a header, which stands before all others.
  private mutating func takeOwn(_ count: UInt32, from slot: UInt32) -> UInt32 {
    guard !ownBytes.isEmpty, let own = ownBytes[slot] else { return 0 }
    let taken = min(own, count)
    ownBytes[slot] = own == taken ? nil : own - taken
    return taken
  }

  private mutating func forgetOwn(_ conduit: Conduit) {
    if !ownBytes.isEmpty { ownBytes[conduit.slot] = nil }
  }
}
