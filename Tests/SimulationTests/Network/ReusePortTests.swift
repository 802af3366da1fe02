import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Several listeners at one place (SO_REUSEPORT), as workers of one process have them. What is expected is what Linux
/// shows: docs/KERNEL.md, "Measured besides".
@Suite("simulated listeners that share a port", .timed) struct ReusePortTests {
  private let pair = Pair()
  private var network: Network { pair.network }
  private static let everywhere = Endpoint(.anyV4, Pair.port)
  private static let clients = 200

  private func listen(_ endpoint: Endpoint = Self.everywhere) throws -> ListenerID {
    try network.listen(on: pair.b, endpoint, ListenOptions(backlog: 500), sharesPort: true)
  }

  /// So many clients come, and nobody accepts them.
  private func come(_ count: Int) throws -> [Socket] {
    let sockets = try (0..<count).map { _ in try pair.call() }
    pair.settle()
    return sockets
  }

  private func waiting(_ listener: ListenerID) -> Int { network.queues(of: listener).waiting }

  @Test("clients are spread over all listeners of a place, in the same way in every run", arguments: 2...3)
  func spreads(count: Int) throws {
    func counts() throws -> [Int] {
      let again = Self()
      let listeners = try (0..<count).map { _ in try again.listen() }
      _ = try again.come(Self.clients)
      return listeners.map(again.waiting)
    }
    let first = try counts()
    #expect(first.reduce(0, +) == Self.clients)
    // Six standard deviations.
    let share = Self.clients / count
    #expect(first.allSatisfy { abs($0 - share) < 43 }, "\(first)")
    #expect(try counts() == first)
  }

  @Test("a client that comes again from the same port comes to the same listener")
  func remembers() throws {
    let listeners = [try listen(), try listen()]
    func listener(from port: UInt16) throws -> Int? {
      let socket = try network.call(pair.endpointB, on: pair.a, from: port)
      pair.settle()
      let place = listeners.firstIndex { waiting($0) == 1 }
      if let place { network.abort(try network.accept(listeners[place])) }
      network.abort(socket)
      pair.settle()
      return place
    }
    let places = try (40_000..<40_016).map { try listener(from: $0) }
    #expect(places.contains(0) && places.contains(1))
    #expect(try (40_000..<40_016).map { try listener(from: $0) } == places)
  }

  @Test("a listener that shares its port shares it with those that do so too, and with no others")
  func conflicts() throws {
    let first = try listen()
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Self.everywhere) }
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, pair.endpointB) }
    let second = try listen()
    network.close(first)
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Self.everywhere) }
    network.close(second)
    let alone = try network.listen(on: pair.b, Self.everywhere)
    #expect(throws: SocketError.addressInUse) { try listen() }
    #expect(throws: SocketError.addressInUse) { try listen(pair.endpointB) }
    network.close(alone)
    #expect(network.netstat(pair.b).descriptors == 0)
  }

  @Test("clients come to the listeners that name their address most exactly")
  func exactness() throws {
    let both = try listen(Endpoint(.anyV6, Pair.port))
    _ = try come(4)
    #expect(waiting(both) == 4)
    let any = try listen()
    _ = try come(4)
    #expect([both, any].map(waiting) == [4, 4])
    let exact = [try listen(pair.endpointB), try listen(pair.endpointB)]
    _ = try come(40)
    #expect([both, any].map(waiting) == [4, 4] && exact.map(waiting).reduce(0, +) == 40)
    #expect(!exact.map(waiting).contains(0))
  }

  @Test("R16: closing one of two listeners resets its queue and not the other's", arguments: [false, true])
  func closesOne(isShut: Bool) throws {
    let (lost, kept) = (try listen(), try listen())
    let early = try come(40)
    let (ofLost, ofKept) = (waiting(lost), waiting(kept))
    #expect(ofLost > 0 && ofKept > 0 && ofLost + ofKept == 40)
    if isShut { network.shutDown(lost) } else { network.close(lost) }
    pair.settle()
    #expect(early.count { network.takeError($0) == .connectionReset } == ofLost)
    let late = try come(40)
    #expect(waiting(kept) == ofKept + 40)
    #expect(late.allSatisfy { network.takeError($0) == nil })
  }

  @Test("R16: a handshake that a closed listener leaves is refused, though another listens")
  func losesHandshakes() throws {
    let listeners = [try listen(), try listen()]
    let socket = try pair.call()
    // The SYN has landed, its answer has not.
    network.run(for: .microseconds(60))
    let place = try #require(listeners.firstIndex { network.queues(of: $0).halfOpen == 1 })
    network.close(listeners[place])
    pair.settle()
    #expect(network.takeError(socket) == .connectionReset)
    #expect(waiting(listeners[1 - place]) == 0)
  }

  @Test("a SYN that is sent again meets the handshake that has begun, though the group has changed")
  func repeatsSyn() throws {
    network.inject(Fault(.oneWayPartition, on: "b", "a", until: .milliseconds(500)))
    let first = try listen()
    let socket = try pair.call()
    network.run(for: .milliseconds(100))
    let others = try (0..<8).map { _ in try listen() }
    network.run(for: .seconds(5))
    #expect(network.state(of: socket) == .established)
    #expect(waiting(first) == 1 && others.allSatisfy { network.queues(of: $0) == (0, 0) })
  }
}

/// Two transports of one process, each with its own mailbox.
@Suite("simulated transports of one host", .timed) struct TwoTransportsTests {
  private let pair = Pair()
  private var network: Network { pair.network }
  private static let everywhere = Endpoint(.anyV4, Pair.port)

  @Test("each sees what belongs to it, and what is asked of the process")
  func seesItsOwn() throws {
    let transports = [TransportBox(on: pair.b, of: network), TransportBox(on: pair.b, of: network)]
    let listeners = try transports.map { try $0.listen(on: Self.everywhere) }
    for _ in 0..<20 { _ = try pair.call() }
    pair.settle()
    for (transport, listener) in zip(transports, listeners) {
      #expect(transport.events() == [.acceptable(listener)])
      #expect(network.queues(of: listener).waiting > 0)
    }
    let question = transports[1].resolve("localhost")
    network.ask(.drain, of: pair.b)
    #expect(transports[0].events() == [.control(.drain)])
    #expect(transports[1].events() == [.control(.drain), .resolved(question)])
    // The same number of a socket is another socket for each.
    var ids: [SocketID] = []
    for (transport, listener) in zip(transports, listeners) {
      guard case .accepted(let id, _) = transport.accept(from: listener) else { continue }
      ids.append(id)
      #expect(transport.events() == [.ready(id, .writable)])
    }
    #expect(ids.count == 2 && ids[0] == ids[1])
    transports[0].close(ids[0], .orderly)
    #expect(transports[1].takeFailure(on: ids[1]) == nil)
  }

  @Test("the first worker of a process does not listen where anybody else does, unless again")
  func asksBeforeItShares() throws {
    let first = TransportBox(on: pair.b, of: network)
    let listener = try first.listen(on: Self.everywhere)
    let second = TransportBox(on: pair.b, of: network)
    _ = try second.listen(on: Self.everywhere)
    #expect(throws: TransportError(.addressInUse, during: "bind")) { _ = try first.listen(on: Self.everywhere) }
    first.closeListener(listener)
    #expect(throws: TransportError(.addressInUse, during: "bind")) { _ = try first.listen(on: Self.everywhere) }
    var again = ListenOptions()
    again.isAgain = true
    _ = try first.listen(on: Self.everywhere, again)
  }

  @Test("the process dies with all its transports")
  func dies() throws {
    let transports = [TransportBox(on: pair.b, of: network), TransportBox(on: pair.b, of: network)]
    for transport in transports { _ = try transport.listen(on: Self.everywhere) }
    let sockets = try (0..<20).map { _ in try pair.call() }
    pair.settle()
    network.kill(pair.b)
    network.ask(.drain, of: pair.b)
    pair.settle()
    #expect(sockets.allSatisfy { network.takeError($0) == .connectionReset })
    #expect(network.netstat(pair.b).descriptors == 0)
    for transport in transports {
      transport.wait(until: network.now)
      #expect(transport.nextEvent() == nil)
    }
    // Another process may listen there.
    _ = try TransportBox(on: pair.b, of: network).listen(on: Self.everywhere)
  }
}
