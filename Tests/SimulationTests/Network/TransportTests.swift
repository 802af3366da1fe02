import PorxyCore
import PorxySimulation
import Testing

/// The transport's events, from host B; A is a peer with plain sockets.
@Suite("simulated transport: events")
struct TransportTests {
  let pair = Pair()
  var network: Network { pair.network }

  private func accepted(_ transport: TransportBox) throws -> (peer: Socket, id: SocketID) {
    let listener = try transport.listen(on: Endpoint(.anyV4, Pair.port))
    let peer = try pair.call()
    #expect(transport.events() == [.acceptable(listener)])
    guard case .accepted(let id, from: let from) = transport.accept(from: listener) else {
      throw SocketError.wouldBlock
    }
    #expect(from == network.localEndpoint(of: peer))
    #expect(transport.accept(from: listener) == .drained)
    return (peer, id)
  }

  @Test("F10, R12: an event for each segment, none for a partial receive, one for the end, none for a close behind it")
  func edges() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    #expect(transport.events() == [.ready(id, .writable)])
    #expect(network.send(peer, 100) == .bytes(100))
    #expect(transport.events() == [.ready(id, [.readable, .writable])])
    #expect(network.send(peer, 100) == .bytes(100))
    #expect(transport.events() == [.ready(id, [.readable, .writable])])
    var conduit = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: id, into: &conduit, atMost: 50) == .moved(50))
    transport.discardConduit(conduit)
    #expect(transport.events() == [])
    network.finishSending(peer)
    #expect(transport.events() == [.ready(id, [.readable, .writable, .peerEnded])])
    network.close(peer)
    #expect(transport.events() == [])
  }

  @Test("R12: a reset is one event with all five bits")
  func resetEdge() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    _ = transport.events()
    network.abort(peer)
    #expect(transport.events() == [.ready(id, .all5)])
    #expect(transport.takeFailure(on: id) == .connectionReset)
    #expect(transport.takeFailure(on: id) == nil)
    transport.finishSending(on: id)
    transport.close(id, .orderly)
  }

  @Test("R13: writable comes back as an event only after the socket was seen full")
  func writableEdge() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    _ = transport.events()
    _ = network.send(peer, 8000)
    _ = transport.events()
    var conduit = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: id, into: &conduit, atMost: .max) == .moved(8000))
    #expect(transport.push(from: &conduit, to: id) == .moved(8000))
    #expect(transport.events() == [])
    _ = network.receive(peer, 8000)
    #expect(transport.events() == [])
    transport.returnConduit(conduit)
  }

  @Test("a connection: connected, with nothing more for what is there already")
  func connecting() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let listener = try network.listen(on: pair.a, Endpoint(.anyV4, 80))
    let id = try transport.connect(to: Endpoint(Pair.addressA, 80))
    #expect(transport.events() == [.connected(id)])
    #expect(transport.localEndpoint(of: id)?.address == Pair.addressB)
    let peer = try network.accept(listener)
    _ = network.send(peer, 3)
    #expect(transport.events() == [.ready(id, [.readable, .writable])])
  }

  @Test("a refused connection is told with its error, once, and the socket is closed by the caller")
  func refused() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let id = try transport.connect(to: Endpoint(Pair.addressA, 80))
    #expect(transport.events() == [.connectFailed(id, .connectionRefused)])
    #expect(transport.takeFailure(on: id) == nil)
    transport.close(id, .orderly)
    #expect(network.netstat(pair.b).descriptors == 0)
  }

  @Test("a connection that was reset before it was looked at was connected: its bytes come before the reset")
  func connectedAndReset() throws {
    let transport = TransportBox(on: pair.b, of: network)
    network.inject(Fault(.mergedReadiness, on: "b", amount: 10_000_000))
    let listener = try network.listen(on: pair.a, Endpoint(.anyV4, 80))
    let peers = Answerer(listener)
    network.peers = peers
    let id = try transport.connect(to: Endpoint(Pair.addressA, 80))
    #expect(transport.events() == [.connected(id)])
    var conduit = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: id, into: &conduit, atMost: 100) == .moved(5))
    transport.discardConduit(conduit)
    var empty = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: id, into: &empty, atMost: 100) == .failed(.connectionReset))
    #expect(transport.pull(from: id, into: &empty, atMost: 100) == .ended)
    transport.returnConduit(empty)
  }

  @Test("a connection to itself is a failure (R18)")
  func toItself() throws {
    var limits = HostLimits.small
    limits.ephemeralPorts = 50_000...50_000
    network.setLimits(limits, of: pair.b)
    let transport = TransportBox(on: pair.b, of: network)
    // The only free port is the one that is called.
    let id = try transport.connect(to: Endpoint(.loopbackV4, 50_000))
    #expect(transport.events() == [.connectFailed(id, .connectedToItself)])
    transport.close(id, .abortive)
    #expect(network.netstat().sockets == 0)
  }

  @Test("what cannot be begun is said at once")
  func immediateFailures() throws {
    let transport = TransportBox(on: pair.b, of: network)
    _ = try transport.listen(on: Endpoint(.anyV4, 80))
    #expect(throws: TransportError(.addressInUse, during: "listen")) {
      _ = try transport.listen(on: Endpoint(.anyV6, 80))
    }
    #expect(throws: TransportError(.networkUnreachable, during: "connect")) {
      _ = try transport.connect(to: Endpoint(IPAddress(v4: 0x0808_0808), 80))
    }
    for (kind, failure) in [
      (FaultKind.portsExhausted, Failure.addressUnavailable), (.descriptorsOnConnect, .descriptorsExhausted),
    ] {
      network.inject(Fault(kind, on: "b"))
      #expect(throws: TransportError(failure, during: "connect")) {
        _ = try transport.connect(to: Endpoint(Pair.addressA, 80))
      }
      network.heal()
    }
    network.inject(Fault(.memory, on: "b", amount: 1000))
    #expect(throws: TransportError(.memoryExhausted, during: "connect")) {
      _ = try transport.connect(to: Endpoint(Pair.addressA, 80))
    }
    #expect(network.netstat(pair.b).descriptors == 1)
  }

  @Test("accept under shortage fails and leaves the client waiting (R15)")
  func acceptFaults() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let listener = try transport.listen(on: Endpoint(.anyV4, Pair.port))
    _ = try pair.call()
    _ = transport.events()
    network.inject(Fault(.descriptorsOnAccept, on: "b"))
    #expect(transport.accept(from: listener) == .failed(.descriptorsExhausted))
    network.heal()
    network.inject(Fault(.memory, on: "b", amount: 1000))
    #expect(transport.accept(from: listener) == .failed(.memoryExhausted))
    network.heal()
    network.inject(Fault(.abortedAccept, on: "b", amount: 1000))
    #expect(transport.accept(from: listener) == .failed(.connectionAborted))
    network.heal()
    guard case .accepted = transport.accept(from: listener) else {
      Issue.record("the client waits no more")
      return
    }
  }

  @Test("conduits have kinds, capacities and limits")
  func conduits() throws {
    var limits = HostLimits.small
    limits.receiveCapacity = 100_000
    limits.sendCapacity = 100_000
    limits.bufferCapacity = 1000
    limits.blockCapacity = 20_000
    limits.buffersMax = 2
    network.setLimits(limits, of: pair.a)
    network.setLimits(limits, of: pair.b)
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    _ = network.send(peer, 60_000)
    _ = transport.events()
    let before = network.netstat(pair.b).descriptors
    for (kind, count) in [(ConduitKind.buffer, UInt32(1000)), (.block, 20_000), (.pipe, 39_000)] {
      var conduit = try #require(transport.borrowConduit(kind))
      #expect(transport.pull(from: id, into: &conduit, atMost: .max) == .moved(count))
      #expect(conduit.count == count)
      transport.discardConduit(conduit)
    }
    let one = try #require(transport.borrowConduit(.buffer))
    let two = try #require(transport.borrowConduit(.buffer))
    #expect(transport.borrowConduit(.buffer) == nil)
    transport.returnConduit(one)
    transport.returnConduit(two)
    let pipe = try #require(transport.borrowConduit(.pipe))
    #expect(network.netstat(pair.b).descriptors == before + 2)
    transport.returnConduit(pipe)
    network.inject(Fault(.conduitsExhausted, on: "b", amount: 0b101))
    #expect(transport.borrowConduit(.buffer) == nil)
    #expect(transport.borrowConduit(.block) != nil)
    #expect(transport.borrowConduit(.pipe) == nil)
    #expect(network.faultsMet[.conduitsExhausted] == 2)
  }

  @Test("a forgotten connection is told from a reset behind an end")
  func forgotten() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    transport.setKeepalive(.halfClosed, on: id)
    network.close(peer)
    _ = transport.events(for: .seconds(100))
    #expect(transport.takeFailure(on: id) == .forgotten)
    transport.close(id, .orderly)
    let other = try pair.call()
    _ = transport.events()
    guard case .accepted(let next, from: _) = transport.accept(from: ListenerID(rawValue: 0)) else { return }
    network.finishSending(other)
    _ = transport.events()
    network.abort(other)
    _ = transport.events()
    #expect(transport.takeFailure(on: next) == .resetAfterEnd)
  }

  @Test("closing resets or ends, as asked, and the send queue says what a reset would destroy")
  func closing() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (one, orderly) = try accepted(transport)
    transport.close(orderly, .orderly)
    _ = transport.events()
    #expect(network.receive(one, 1) == .end)
    let two = try pair.call()
    _ = transport.events()
    guard case .accepted(let abortive, from: _) = transport.accept(from: ListenerID(rawValue: 0)) else { return }
    #expect(abortive.slot == orderly.slot)
    #expect(abortive.generation != orderly.generation)
    _ = network.send(two, 10)
    _ = transport.events()
    var conduit = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: abortive, into: &conduit, atMost: 10) == .moved(10))
    #expect(transport.push(from: &conduit, to: abortive) == .moved(10))
    #expect(transport.sendQueue(of: abortive).unacknowledged == 10)
    _ = transport.events()
    #expect(transport.sendQueue(of: abortive).isEmpty)
    transport.close(abortive, .abortive)
    _ = transport.events()
    #expect(network.receive(two, 100) == .bytes(10))
    #expect(network.receive(two, 100) == .error(.connectionReset))
  }

  @Test("a closed listener refuses, and who waited is reset (R16)")
  func closedListener() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let listener = try transport.listen(on: Endpoint(.anyV4, Pair.port))
    let waiting = try pair.call()
    pair.settle()
    transport.closeListener(listener)
    let late = try pair.call()
    #expect(transport.events() == [])
    #expect(network.takeError(waiting) == .connectionReset)
    #expect(network.takeError(late) == .connectionRefused)
  }

  @Test("waiting ends at the deadline, and at once when it has come")
  func waiting() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let begin = transport.now
    transport.wait(until: begin + .seconds(5))
    #expect(transport.now == begin + .seconds(5))
    transport.wait(until: begin)
    #expect(transport.now == begin + .seconds(5))
    transport.wait(until: .never)
    #expect(network.nextEventTime == nil)
    network.ask(.drain, of: pair.b, at: begin + .seconds(9))
    transport.wait(until: .never)
    #expect(transport.nextEvent() == .asked(.drain))
    #expect(transport.now == begin + .seconds(9))
    network.ask(.stop, of: pair.b)
    transport.wait(until: .never)
    #expect(transport.nextEvent() == .asked(.stop))
    #expect(transport.nextEvent() == nil)
  }
}

/// Sends five bytes to whoever comes, and resets.
private final class Answerer: Peers {
  private let listener: ListenerID

  init(_ listener: ListenerID) {
    self.listener = listener
  }

  func wake(_ wake: Wake, on network: Network) {
    guard wake == .acceptable(listener), let socket = try? network.accept(listener) else { return }
    _ = network.send(socket, 5)
    network.abort(socket)
  }
}
