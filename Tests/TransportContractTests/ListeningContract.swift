import PorxyCore
import PorxySimulation
import Testing

/// Listening and accepting, whatever the transport.
@Suite struct ListeningContract {
  @Test("a client is announced, accepted with its address, and then the queue is drained", arguments: Subject.allCases)
  func acceptsAClient(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    #expect(stage.transport.accept(from: listener) == .drained)
    let peer = try stage.around.call(port)
    #expect(stage.events(1) == [.acceptable(listener)])
    let (id, from) = try stage.accept(from: listener)
    #expect(from == stage.peers.localEndpoint(of: peer))
    #expect(stage.transport.accept(from: listener) == .drained)
    #expect(stage.transport.localEndpoint(of: id) == Endpoint(stage.around.ownAddress, port))
  }

  @Test("accept takes one client at a time, in the order in which they came", arguments: Subject.allCases)
  func acceptsInOrder(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    var callers: [Endpoint] = []
    for _ in 0..<3 {
      callers.append(stage.peers.localEndpoint(of: try stage.around.call(port)))
      stage.around.settle()
    }
    for caller in callers { #expect(try stage.accept(from: listener).from == caller) }
    #expect(stage.transport.accept(from: listener) == .drained)
  }

  @Test("a client that comes after the queue was drained is announced again", arguments: Subject.allCases)
  func announcesAgain(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    for _ in 0..<2 {
      _ = try stage.around.call(port)
      #expect(stage.event { $0 == .acceptable(listener) } != nil)
      _ = try stage.accept(from: listener)
      #expect(stage.transport.accept(from: listener) == .drained)
    }
  }

  @Test(
    "a client that reset before it was accepted is accepted, its bytes before its reset (R14)",
    arguments: Subject.allCases)
  func acceptsAResetClient(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    let peer = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.peers.send(peer, 5) == .bytes(5))
    stage.around.settle()
    stage.peers.abort(peer)
    stage.around.settle()
    let (id, _) = try stage.accept(from: listener)
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(5))
    var empty = try stage.borrow()
    #expect(stage.pull(from: id, into: &empty) == .failed(.connectionReset))
    #expect(stage.pull(from: id, into: &empty) == .ended)
  }

  @Test("bytes and an end that came before accept are told by an event behind it (L10)", arguments: Subject.allCases)
  func tellsWhatWasThereBefore(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    let peer = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.peers.send(peer, 5) == .bytes(5))
    try stage.peers.shutDown(peer, .sending)
    stage.around.settle()
    let (id, _) = try stage.accept(from: listener)
    #expect(stage.ready(id, [.readable, .writable, .peerEnded]))
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(5))
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(5))
    #expect(stage.pull(from: id, into: &conduit) == .ended)
    #expect(stage.received(peer, 5).payload.count == 5)
  }

  @Test(
    "closing a listener resets who waits in its queue, and who comes later is refused (R16)",
    arguments: Subject.allCases)
  func resetsTheQueue(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    let waiting = try stage.around.call(port)
    stage.around.settle()
    stage.transport.closeListener(listener)
    let late = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.peers.takeError(waiting) == .connectionReset)
    #expect(stage.peers.takeError(late) == .connectionRefused)
  }

  @Test("closing a listener leaves the sockets that it accepted alone", arguments: Subject.allCases)
  func keepsAcceptedSockets(subject: Subject) throws {
    let stage = try Stage(subject)
    let (id, peer) = try stage.accepted()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    var conduit = try stage.borrow()
    #expect(stage.pull(from: id, into: &conduit) == .moved(3))
    #expect(stage.transport.push(from: &conduit, to: id) == .moved(3))
    #expect(stage.received(peer, 3).payload.count == 3)
  }

  @Test("a port where somebody listens is in use", arguments: Subject.allCases)
  func detectsPortsInUse(subject: Subject) throws {
    let stage = try Stage(subject)
    let (_, port) = try stage.listen()
    let error = #expect(throws: TransportError.self) {
      _ = try stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), ListenOptions())
    }
    #expect(error?.failure == .addressInUse)
  }

  @Test("a port is free again once its listener is closed, sessions or not", arguments: Subject.allCases)
  func listensAgain(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    _ = try stage.around.call(port)
    let (id, _) = try stage.accept(from: listener)
    stage.transport.closeListener(listener)
    // The side that ends first is left in TIME_WAIT with the port.
    stage.transport.close(id, .orderly)
    let again = try stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), ListenOptions())
    #expect(again != listener)
  }

  @Test("an address that this host does not have cannot be listened on", arguments: Subject.allCases)
  func refusesForeignAddresses(subject: Subject) throws {
    let stage = try Stage(subject)
    // 192.0.2.1 is for documentation; nobody has it (RFC 5737).
    let error = #expect(throws: TransportError.self) {
      _ = try stage.transport.listen(on: Endpoint(IPAddress(v4: 0xc000_0201), 0), ListenOptions())
    }
    #expect(error?.failure == .addressUnavailable)
  }

  @Test(
    "without descriptors nobody is accepted and no pipe is lent, and whoever waits goes on waiting (R15)",
    arguments: Subject.allCases)
  func survivesDescriptorShortage(subject: Subject) async {
    // In a process of its own: a limit is the process's.
    await #expect(processExitsWith: .success) { [subject] in
      let stage = try Stage(subject)
      let (listener, port) = try stage.listen()
      let peer = try stage.around.call(port)
      stage.around.settle()
      stage.around.setDescriptorShortage(true)
      let first = stage.transport.accept(from: listener)
      let second = stage.transport.accept(from: listener)
      let pipe = stage.transport.borrowConduit(.pipe)
      let buffer = stage.transport.borrowConduit(.buffer)
      stage.around.setDescriptorShortage(false)
      #expect(first == .failed(.descriptorsExhausted))
      #expect(second == first)
      #expect(pipe == nil)
      #expect(buffer != nil)
      #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
    }
  }
}
