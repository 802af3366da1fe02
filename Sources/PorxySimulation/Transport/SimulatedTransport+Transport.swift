public import PorxyCore

extension SimulatedTransport: Transport {
  public mutating func wait(until deadline: Instant) {
    network.noteCall()
    if network.standsStill(mailbox) {
      stop()
      while network.standsStill(mailbox), network.step() {}  // bound: the fault ends as an event
    }
    if isStopped { return goOn() }
    network.wait(mailbox, until: deadline)
    advance()
  }

  public mutating func nextEvent() -> Event? { popEvent() }

  // MARK: Listening

  public mutating func bind(to endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    do throws(SocketError) {
      // Sharing would hide that somebody else listens there, so the first worker asks before.
      if network.mailboxes[mailbox].worker == 0, !options.isAgain, network.isTaken(endpoint, on: host, options) {
        throw .addressInUse
      }
      let listener = try network.bind(on: host, endpoint, options, sharesPort: true)
      network.listeners[Int(listener.rawValue)].mailbox = mailbox
      return listener
    } catch {
      throw TransportError(Failure(error), during: "bind")
    }
  }

  public mutating func startListening(_ listener: ListenerID) throws(TransportError) {
    network.startListening(listener)
  }
  public mutating func stopListening(_ listener: ListenerID) { network.stopListening(listener) }
  public mutating func setOptions(_ options: SocketOptions, of listener: ListenerID) {
    network.setOptions(options, of: listener)
  }
  public mutating func setDeaf(_ isDeaf: Bool, _ listener: ListenerID) { network.setDeaf(isDeaf, listener) }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    network.noteCall()
    guard !network.listeners[Int(listener.rawValue)].isStopped else { return .drained }
    do {
      guard let socket = try network.acceptNext(listener) else { return .drained }
      let id = register(socket)
      // EPOLL_CTL_ADD looks at once, so that what is there already comes as an event (F10).
      network.wake(socket.index)
      return .accepted(id, from: network.blocks[socket.index].remote)
    } catch .invalidArgument {
      return .lost(Failure(.invalidArgument))
    } catch {
      return .failed(Failure(error))
    }
  }

  public mutating func hasClients(_ listener: ListenerID) -> Bool {
    !network.listeners[Int(listener.rawValue)].isStopped && !network.poll(listener).isEmpty
  }

  public mutating func isLost(_ listener: ListenerID) -> Bool { network.poll(listener).contains(.hungUp) }

  public mutating func acceptQueue(of listener: ListenerID) -> AcceptQueue? {
    let record = network.listeners[Int(listener.rawValue)]
    guard record.isListening else { return nil }
    return AcceptQueue(waiting: UInt64(record.waiting.count), limit: UInt64(record.backlog))
  }

  public mutating func closeListener(_ listener: ListenerID) {
    network.close(listener)
  }

  // MARK: Connecting

  public mutating func resolve(_ name: String) -> ResolutionID {
    network.noteCall()
    return ResolutionID(rawValue: network.ask(name, for: mailbox))
  }

  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    network.noteCall()
    return try network.takeAnswer(resolution.rawValue)
  }

  public mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions, for client: SocketID
  ) throws(TransportError) -> SocketID {
    network.noteCall()
    do {
      let socket = try network.call(endpoint, on: host, options)
      network.blocks[socket.index].isDialling = true
      return register(socket)
    } catch {
      // The kernel has one error for both: a family without an address, and a destination without a port.
      let lacksPort = error == .addressUnavailable && network.hasAddress(host, of: endpoint.address.family)
      let failure = lacksPort ? .portsExhausted : Failure(error)
      throw TransportError(failure, during: "connect")
    }
  }

  public mutating func isOwn(_ address: IPAddress) -> Bool {
    address.isLoopback || network.hosts[host.index].addresses.contains(address)
  }

  public mutating func isListening(at endpoint: Endpoint) -> Bool? {
    network.isListening(at: endpoint, on: host)
  }

  // MARK: Ending

  public mutating func finishSending(on id: SocketID) {
    network.noteCall()
    // A socket that has failed already tells whoever pulls or pushes next.
    let socket = socket(id)
    network.finishSending(socket)
    if network.blocks[socket.index].hasSeenEnd { network.setResetOnClose(false, socket) }
  }

  public mutating func close(_ id: SocketID, _ closing: Closing) {
    network.noteCall()
    let socket = socket(id)
    network.injectStaleReadiness(socket, id)
    unregister(id)
    switch closing {
    case .orderly:
      network.closings.append(ClosingRecord(network.blocks[socket.index], at: network.now.nanoseconds))
      network.setResetOnClose(false, socket)
      network.close(socket)
    case .abortive: network.abort(socket)
    }
  }

  public mutating func sendQueue(of id: SocketID) -> SendQueue {
    network.noteCall()
    return network.sendQueue(of: socket(id))
  }

  public mutating func lastAcknowledgement(on id: SocketID) -> Instant {
    network.noteCall()
    return network.lastAcknowledgement(on: socket(id))
  }

  public mutating func statistics(of id: SocketID) -> SocketStatistics? {
    network.statistics(of: socket(id))
  }

  public mutating func takeFailure(on id: SocketID) -> Failure? {
    network.noteCall()
    let socket = socket(id)
    return network.takeError(socket).map { failure($0, socket) }
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on id: SocketID) {
    network.setKeepalive(keepalive, on: socket(id))
  }

  public mutating func resetIfAbandoned(_ id: SocketID) {
    network.setResetOnClose(true, socket(id))
  }

  public mutating func localEndpoint(of id: SocketID) -> Endpoint? {
    network.localEndpoint(of: socket(id))
  }

  // MARK: Bytes

  public mutating func pull(from id: SocketID, into conduit: inout Conduit, atMost most: UInt32) -> Transfer {
    invariant(conduit.count == 0 || conduit.kind != .pipe, "only an empty pipe is filled")
    invariant(most > 0, "a pull asks for at least one byte (R24)")
    network.noteCall()
    let socket = socket(id)
    let place = lent(conduit)
    let room = room(in: conduit)
    guard room > 0 else { return .blocked }
    switch network.receive(socket, min(most, room), into: &conduits[place].payload) {
    case .bytes(let count):
      conduit.count += count
      notePull(from: id)
      return .moved(count)
    case .end: return .ended
    case .error(.wouldBlock): return .blocked
    case .error(let error): return .failed(failure(error, socket))
    }
  }

  public mutating func push(from conduit: inout Conduit, to id: SocketID) -> Transfer {
    invariant(conduit.count > 0, "only a conduit that holds bytes is emptied")
    network.noteCall()
    let socket = socket(id)
    let place = lent(conduit)
    invariant(conduits[place].payload.count == UInt64(conduit.count), "a conduit counts what it holds")
    switch network.send(socket, from: &conduits[place].payload) {
    case .bytes(let count):
      conduit.count -= count
      conduits[place].isBegun = conduit.count > 0
      return .moved(count)
    case .end: fatalError("a send does not end")
    case .error(.wouldBlock): return .blocked
    case .error(let error): return .failed(failure(error, socket))
    }
  }

  /// Bytes that may be put behind what a conduit holds.
  private func room(in conduit: Conduit) -> UInt32 {
    conduits[lent(conduit)].isBegun ? 0 : network.capacity(of: conduit.kind, on: host) - conduit.count
  }

  public mutating func fill(_ conduit: inout Conduit, with bytes: Span<UInt8>) -> Bool {
    invariant(conduit.kind != .pipe, "own bytes go into a buffer or a block")
    guard !conduits[lent(conduit)].isBegun, bytes.count <= Int(room(in: conduit)) else { return false }
    conduits[lent(conduit)].payload.append(network.literals.run(of: bytes))
    conduit.count += UInt32(bytes.count)
    return true
  }

  public mutating func peek<Answer>(_ conduit: Conduit, _ look: (Span<UInt8>) -> Answer) -> Answer {
    invariant(conduit.kind != .pipe, "only a buffer or a block shows its bytes")
    return look(network.literals.bytes(of: conduits[lent(conduit)].payload).span)
  }

  public mutating func drop(_ count: UInt32, from conduit: inout Conduit) {
    invariant(conduit.kind != .pipe && count <= conduit.count, "what a buffer or a block holds is dropped")
    let place = lent(conduit)
    conduits[place].payload.removeFirst(UInt64(count))
    conduits[place].isBegun = false
    conduit.count -= count
  }

  private func failure(_ error: SocketError, _ socket: Socket) -> Failure {
    error == .brokenPipe && network.blocks[socket.index].pendingAnswersProbe ? .forgotten : Failure(error)
  }
}

extension SimulatedTransport: FaultableTransport {
  public mutating func setDeaf(_ isDeaf: Bool, _ id: SocketID) { network.setDeaf(isDeaf, socket(id)) }

  /// As they are: most bytes of the simulation are only known by their places.
  public mutating func move(_ count: UInt32, from source: inout Conduit, to target: inout Conduit) -> Bool {
    invariant(source.kind != .pipe && count <= source.count, "what a buffer or a block holds is moved")
    let (from, to) = (lent(source), lent(target))
    guard !conduits[to].isBegun, count <= network.capacity(of: target.kind, on: host) - target.count else {
      return false
    }
    var taken = Payload()
    conduits[from].payload.move(UInt64(count), to: &taken)
    for run in taken.runs { conduits[to].payload.append(run) }
    source.count -= count
    target.count += count
    return true
  }
}

extension SimulatedTransport {
  public mutating func borrowConduit(_ kind: ConduitKind) -> Conduit? {
    network.noteCall()
    guard network.lendConduit(kind, on: host) else { return nil }
    let slot: UInt32
    if let free = freeConduits.popLast() {
      slot = free
    } else {
      slot = UInt32(conduits.count)
      conduits.append(Lent())
    }
    invariant(conduits[Int(slot)].payload.isEmpty, "a conduit is lent empty")
    conduits[Int(slot)].kind = kind
    conduits[Int(slot)].isLent = true
    return Conduit(slot: slot, kind: kind)
  }

  public mutating func returnConduit(_ conduit: Conduit) {
    invariant(conduit.count == 0, "a conduit is returned empty")
    discardConduit(conduit)
  }

  public mutating func discardConduit(_ conduit: Conduit) {
    let place = lent(conduit)
    conduits[place].payload = Payload()
    conduits[place].isLent = false
    conduits[place].isBegun = false
    network.takeBackConduit(conduit.kind, on: host)
    freeConduits.append(conduit.slot)
  }

  public mutating func enlarge(_ conduit: inout Conduit) -> Bool {
    invariant(conduit.kind == .buffer && conduit.count > 0, "a buffer that holds bytes is enlarged")
    guard var block = borrowConduit(.block) else { return false }
    let (from, to) = (lent(conduit), lent(block))
    conduits[to].payload = conduits[from].payload
    conduits[from].payload = Payload()
    block.count = conduit.count
    conduit.count = 0
    returnConduit(conduit)
    conduit = block
    return true
  }

  /// The conduit's place in the table.
  func lent(_ conduit: Conduit) -> Int {
    let place = Int(conduit.slot)
    invariant(
      place < conduits.count && conduits[place].isLent && conduits[place].kind == conduit.kind,
      "a conduit is used only while it is lent")
    return place
  }
}

extension Network {
  /// Conduits of a kind that are out on a host.
  public func conduitsLent(_ kind: ConduitKind, on host: HostID) -> Int {
    hosts[host.index].conduits[Int(kind.rawValue)]
  }

  func capacity(of kind: ConduitKind, on host: HostID) -> UInt32 {
    switch kind {
    case .buffer: hosts[host.index].limits.bufferCapacity
    case .block: hosts[host.index].limits.blockCapacity
    case .pipe: hosts[host.index].limits.pipeCapacity
    }
  }

  func lendConduit(_ kind: ConduitKind, on host: HostID) -> Bool {
    let place = Int(kind.rawValue)
    if hosts[host.index].conditions.conduitsWithheld >> UInt64(place) & 1 == 1 {
      faultsMet.meet(.conduitsExhausted)
      return false
    }
    let most =
      switch kind {
      case .buffer: hosts[host.index].limits.buffersMax
      case .block: hosts[host.index].limits.blocksMax
      case .pipe: hosts[host.index].limits.pipesMax
      }
    guard hosts[host.index].conduits[place] < most else { return false }
    if kind == .pipe, (try? takeDescriptors(2, of: host)) == nil { return false }
    hosts[host.index].conduits[place] += 1
    return true
  }

  func takeBackConduit(_ kind: ConduitKind, on host: HostID) {
    hosts[host.index].conduits[Int(kind.rawValue)] -= 1
    if kind == .pipe { hosts[host.index].descriptors -= 2 }
  }
}

extension Failure {
  /// What a transport calls an errno of the simulated kernel.
  init(_ error: SocketError) {
    self =
      switch error {
      case .connectionReset: .connectionReset
      case .brokenPipe: .resetAfterEnd
      case .connectionRefused: .connectionRefused
      case .connectionAborted: .connectionAborted
      case .timedOut: .timedOut
      case .hostUnreachable: .hostUnreachable
      case .networkUnreachable: .networkUnreachable
      case .addressInUse: .addressInUse
      case .addressUnavailable: .addressUnavailable
      case .tooManyDescriptors: .descriptorsExhausted
      case .noBuffers, .noMemory: .memoryExhausted
      case .wouldBlock: .other(ErrorNumber.wouldBlock)
      case .inProgress: .other(ErrorNumber.inProgress)
      case .alreadyInProgress: .other(ErrorNumber.alreadyInProgress)
      case .isConnected: .other(ErrorNumber.isConnected)
      case .notConnected: .other(ErrorNumber.notConnected)
      case .invalidArgument: .other(ErrorNumber.invalidArgument)
      case .protocolError: .other(ErrorNumber.protocolError)
      }
  }
}
