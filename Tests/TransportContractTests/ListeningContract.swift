import PorxyCore
import PorxyFaults
import PorxySimulation
import TestSupport
import Testing

/// Listening and accepting, whatever the transport.
@Suite(.paced) struct ListeningContract {
  private static let triesMax = 1000

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

  @Test("a listener that somebody destroyed is told as lost, and another takes its place", arguments: Subject.allCases)
  func tellsALostListener(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    stage.around.destroy(listener)
    try #require(stage.event { $0 == .acceptable(listener) } != nil)
    guard case .lost = stage.transport.accept(from: listener) else { throw Missing("the loss") }
    stage.transport.closeListener(listener)
    var options = ListenOptions()
    options.isAgain = true
    let other = try stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), options)
    #expect(other != listener)
    let peer = try stage.around.call(port)
    #expect(try stage.accept(from: other).from == stage.peers.localEndpoint(of: peer))
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
    for caller in callers {
      #expect(stage.transport.hasClients(listener) && !stage.transport.isLost(listener))
      #expect(try stage.accept(from: listener).from == caller)
    }
    #expect(!stage.transport.hasClients(listener) && !stage.transport.isLost(listener))
    #expect(stage.transport.accept(from: listener) == .drained)
  }

  @Test(
    "whether somebody listens is known of sockets of whomever, at the address or at any", arguments: Subject.allCases)
  func knowsWhoListens(subject: Subject) throws {
    let stage = try Stage(subject)
    let own = stage.around.ownAddress
    let bound = try stage.transport.bind(to: Endpoint(own, 0), ListenOptions())
    let port = stage.around.port(of: bound)
    #expect(stage.transport.isOwn(own))
    #expect(stage.transport.isListening(at: Endpoint(own, port)) == false, "it is only bound")
    try stage.transport.startListening(bound)
    #expect(stage.transport.isListening(at: Endpoint(own, port)) == true)
    #expect(stage.transport.isListening(at: Endpoint(IPAddress(v4: 0x7f00_0063), port)) == false, "another address")
    let peer = try stage.around.call(port)
    let (accepted, _) = try stage.accept(from: bound)
    stage.transport.closeListener(bound)
    // A child that another thread starts has a copy of the listening socket until it runs its program.
    let isFree = stage.waits { stage.transport.isListening(at: Endpoint(own, port)) == false }
    #expect(isFree, "only a connection is left there")
    stage.transport.close(accepted, .orderly)
    stage.peers.close(peer)
    let any = try stage.transport.listen(on: Endpoint(.anyV6, 0), ListenOptions())
    let shared = stage.around.port(of: any)
    #expect(stage.transport.isListening(at: Endpoint(own, shared)) == true, "it takes both families")
    #expect(stage.transport.isListening(at: Endpoint(.loopbackV6, shared)) == true)
    stage.around.destroy(any)
    #expect(stage.transport.isListening(at: Endpoint(own, shared)) == false, "its socket is destroyed")
    var options = ListenOptions()
    options.isDualStack = false
    let narrow = try stage.transport.listen(on: Endpoint(.anyV6, 0), options)
    // At an address where no test beside this one listens.
    let unused = IPAddress(v4: 0x7f00_0063)
    #expect(stage.transport.isListening(at: Endpoint(unused, stage.around.port(of: narrow))) == false, "IPv6 alone")
    #expect(stage.transport.isListening(at: Endpoint(.loopbackV6, stage.around.port(of: narrow))) == true)
  }

  @Test("what came from a client while a fault kept it waiting is told once it is accepted")
  func tellsOfWhoWaited() throws {
    let faults = SharedFaults(FaultSettings(plan: ["slow accept 5ms"]))
    let stage = Stage(around: SimulatedHarness { FaultyTransport($0, faults) })
    let (listener, port) = try stage.listen()
    let peer = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.peers.send(peer, 3) == .bytes(3))
    stage.around.settle()
    let (id, _) = try stage.accept(from: listener)
    #expect(stage.ready(id, [.readable, .writable]))
  }

  @Test("a listener says how many clients wait, and how many may", arguments: Subject.allCases)
  func countsWaitingClients(subject: Subject) throws {
    let stage = try Stage(subject)
    let bound = try stage.transport.bind(to: Endpoint(stage.around.ownAddress, 0), ListenOptions(backlog: 5))
    #expect(stage.transport.acceptQueue(of: bound) == nil, "it does not listen")
    try stage.transport.startListening(bound)
    let port = stage.around.port(of: bound)
    for waiting in 0..<3 as Range<UInt64> {
      #expect(stage.transport.acceptQueue(of: bound) == AcceptQueue(waiting: waiting, limit: 5))
      _ = try stage.around.call(port)
      stage.around.settle()
    }
    _ = try stage.accept(from: bound)
    #expect(stage.transport.acceptQueue(of: bound)?.waiting == 2)
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
    var late: SocketError?
    // A child that another thread starts has a copy of the listening socket until it runs its program.
    for _ in 0..<Self.triesMax where late != .connectionRefused {
      let peer = try stage.around.call(port)
      stage.around.settle()
      late = stage.peers.takeError(peer)
    }
    #expect(late == .connectionRefused)
    #expect(stage.peers.takeError(waiting) == .connectionReset)
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
    var again: ListenerID?
    // A child that another thread starts has a copy of the listening socket until it runs its program.
    let isFree = stage.waits {
      again = try? stage.transport.listen(on: Endpoint(stage.around.ownAddress, port), ListenOptions())
      return again != nil
    }
    #expect(isFree && again != listener)
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

  @Test("an address that may come later can be listened on if that is asked for", arguments: Subject.allCases)
  func bindsFreely(subject: Subject) throws {
    let stage = try Stage(subject)
    for address in [IPAddress(v4: 0xc000_0201), IPAddress(v6: 0x2001_0db8 << 32, 1)] {
      _ = try stage.transport.listen(on: Endpoint(address, 0), ListenOptions(isFreebind: true))
    }
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

  @Test("who connects where nobody listens yet is refused, and served from then on", arguments: Subject.allCases)
  func listensAfterBinding(subject: Subject) throws {
    let stage = try Stage(subject)
    let listener = try stage.transport.bind(to: Endpoint(stage.around.ownAddress, 0), ListenOptions())
    let port = stage.around.port(of: listener)
    let early = try stage.transport.connect(to: Endpoint(stage.around.ownAddress, port), SocketOptions())
    #expect(stage.event(of: early) == .connectFailed(early, .connectionRefused))
    try stage.transport.startListening(listener)
    let peer = try stage.around.call(port)
    #expect(stage.event { $0 == .acceptable(listener) } != nil)
    #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: peer))
  }

  @Test("a deaf listener hears no new client, and who had connected before is served", arguments: Subject.allCases)
  func goesDeaf(subject: Subject) throws {
    let stage = try Stage(subject)
    let (listener, port) = try stage.listen()
    let before = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.peers.send(before, 3) == .bytes(3))
    stage.transport.setDeaf(true, listener)
    let (id, from) = try stage.accept(from: listener)
    #expect(from == stage.peers.localEndpoint(of: before))
    // It hears its client, though the listener hears none.
    #expect(stage.peers.send(before, 4) == .bytes(4))
    var conduit = try stage.borrow()
    var count: UInt32 = 0
    while count < 7, case .moved(let more) = stage.pull(from: id, into: &conduit) { count += more }
    #expect(count == 7)
    _ = try stage.around.call(port)
    stage.around.settle()
    #expect(stage.transport.accept(from: listener) == .drained)
    stage.transport.setDeaf(false, listener)
    let after = try stage.around.call(port)
    #expect(try stage.accept(from: listener).from == stage.peers.localEndpoint(of: after))
  }
}
