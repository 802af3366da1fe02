public import PorxyCore

extension SimulatedTransport: Transport {
  public mutating func wait(until deadline: Instant) {
    network.wait(host, until: deadline)
    advance()
  }

  public mutating func nextEvent() -> Event? { popEvent() }

  // MARK: Listening

  public mutating func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    do {
      let listener = try network.listen(on: host, endpoint, options)
      network.listeners[Int(listener.rawValue)].hasTransport = true
      return listener
    } catch {
      throw TransportError(Failure(error), during: "listen")
    }
  }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    do {
      guard let socket = try network.acceptNext(listener) else { return .drained }
      let id = register(socket)
      // EPOLL_CTL_ADD looks at once, so that what is there already comes as an event (F10).
      network.wake(socket.index)
      return .accepted(id, from: network.blocks[socket.index].remote)
    } catch {
      return .failed(Failure(error))
    }
  }

  public mutating func closeListener(_ listener: ListenerID) {
    network.close(listener)
  }

  // MARK: Connecting

  public mutating func resolve(_ name: String) -> ResolutionID {
    ResolutionID(rawValue: network.ask(name, on: host))
  }

  public mutating func takeAddresses(of resolution: ResolutionID) throws(ResolutionError) -> [IPAddress] {
    try network.takeAnswer(resolution.rawValue)
  }

  public mutating func connect(to endpoint: Endpoint, _ options: SocketOptions) throws(TransportError) -> SocketID {
    do {
      let socket = try network.call(endpoint, on: host, options)
      network.blocks[socket.index].isDialling = true
      return register(socket)
    } catch {
      throw TransportError(Failure(error), during: "connect")
    }
  }

  // MARK: Ending

  public mutating func finishSending(on id: SocketID) {
    // A socket that has failed already tells whoever pulls or pushes next.
    network.finishSending(socket(id))
  }

  public mutating func close(_ id: SocketID, _ closing: Closing) {
    let socket = socket(id)
    network.injectStaleReadiness(socket, id)
    unregister(id)
    switch closing {
    case .orderly: network.close(socket)
    case .abortive: network.abort(socket)
    }
  }

  public mutating func sendQueue(of id: SocketID) -> SendQueue {
    network.sendQueue(of: socket(id))
  }

  public mutating func takeFailure(on id: SocketID) -> Failure? {
    let socket = socket(id)
    return network.takeError(socket).map { failure($0, socket) }
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on id: SocketID) {
    network.setKeepalive(keepalive, on: socket(id))
  }

  public mutating func localEndpoint(of id: SocketID) -> Endpoint? {
    network.localEndpoint(of: socket(id))
  }

  // MARK: Bytes

  public mutating func pull(from id: SocketID, into conduit: inout Conduit, atMost most: UInt32) -> Transfer {
    invariant(conduit.count == 0, "only an empty conduit is filled")
    invariant(most > 0, "a pull asks for at least one byte (R24)")
    let socket = socket(id)
    let place = lent(conduit)
    switch network.receive(
      socket, min(most, network.capacity(of: conduit.kind, on: host)), into: &conduits[place].payload)
    {
    case .bytes(let count):
      conduit.count = count
      notePull(from: id)
      return .moved(count)
    case .end: return .ended
    case .error(.wouldBlock): return .blocked
    case .error(let error): return .failed(failure(error, socket))
    }
  }

  public mutating func push(from conduit: inout Conduit, to id: SocketID) -> Transfer {
    invariant(conduit.count > 0, "only a conduit that holds bytes is emptied")
    let socket = socket(id)
    let place = lent(conduit)
    invariant(conduits[place].payload.count == UInt64(conduit.count), "a conduit counts what it holds")
    switch network.send(socket, from: &conduits[place].payload) {
    case .bytes(let count):
      conduit.count -= count
      return .moved(count)
    case .end: fatalError("a send does not end")
    case .error(.wouldBlock): return .blocked
    case .error(let error): return .failed(failure(error, socket))
    }
  }

  private func failure(_ error: SocketError, _ socket: Socket) -> Failure {
    error == .brokenPipe && network.blocks[socket.index].pendingAnswersProbe ? .forgotten : Failure(error)
  }
}
