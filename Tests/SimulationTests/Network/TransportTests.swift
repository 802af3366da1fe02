import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The transport's events, from host B; A is a peer with plain sockets.
@Suite("simulated transport: events", .timed)
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
    #expect(throws: TransportError(.addressInUse, during: "bind")) {
      _ = try transport.listen(on: Endpoint(.anyV6, 80))
    }
    #expect(throws: TransportError(.networkUnreachable, during: "connect")) {
      _ = try transport.connect(to: Endpoint(IPAddress(v4: 0x0808_0808), 80))
    }
    for (kind, failure) in [
      (FaultKind.portsExhausted, Failure.portsExhausted), (.descriptorsOnConnect, .descriptorsExhausted),
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
}
