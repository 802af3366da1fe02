import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Readiness that is stale, spurious, merged, late or interrupted; names that change; moves that are short.
@Suite("simulated transport: faults", .timed)
struct ReadinessFaultTests {
  let pair = Pair()
  var network: Network { pair.network }

  private func accepted(_ transport: TransportBox) throws -> (peer: Socket, id: SocketID) {
    let listener = try transport.listen(on: Endpoint(.anyV4, Pair.port))
    let peer = try pair.call()
    pair.settle()
    guard case .accepted(let id, from: _) = transport.accept(from: listener) else { throw SocketError.wouldBlock }
    pair.settle()
    transport.wait(until: transport.now)
    return (peer, id)
  }

  @Test("readiness of a closed socket can come, under its old generation")
  func stale() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (_, id) = try accepted(transport)
    network.inject(Fault(.staleReadiness, on: "b", amount: 1000))
    transport.close(id, .orderly)
    transport.wait(until: network.now + .seconds(1))
    let event = try #require(transport.nextEvent())
    guard case .ready(id, _) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(network.faultsMet[.staleReadiness] == 1)
  }

  @Test("spurious readiness promises bytes that are not there")
  func spurious() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (_, id) = try accepted(transport)
    while transport.nextEvent() != nil {}
    network.inject(Fault(.spuriousReadiness, on: "b", amount: 1000))
    transport.wait(until: network.now + .milliseconds(1))
    guard case .ready(id, let readiness)? = transport.nextEvent() else {
      Issue.record("no event")
      return
    }
    #expect(readiness.isDisjoint(with: [.failed, .hungUp, .peerEnded]))
    var conduit = try #require(transport.borrowConduit(.buffer))
    #expect(transport.pull(from: id, into: &conduit, atMost: 1) == .blocked)
    transport.returnConduit(conduit)
  }

  @Test("merged readiness is one event for many segments, at the end of the time", arguments: [false, true])
  func merged(_ isMerged: Bool) throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    while transport.nextEvent() != nil {}
    if isMerged { network.inject(Fault(.mergedReadiness, on: "b", amount: 50_000_000)) }
    let begin = network.now
    _ = network.send(peer, 10)
    transport.wait(until: .never)
    #expect((transport.now.since(begin) >= .milliseconds(50)) == isMerged)
    #expect(transport.nextEvent() == .ready(id, [.readable, .writable]))
    #expect(transport.nextEvent() == nil)
  }

  @Test("delayed readiness comes late, but comes")
  func delayed() throws {
    let transport = TransportBox(on: pair.b, of: network)
    let (peer, id) = try accepted(transport)
    while transport.nextEvent() != nil {}
    network.inject(Fault(.delayedReadiness, on: "b", amount: 1_000_000_000))
    let begin = network.now
    _ = network.send(peer, 10)
    transport.wait(until: .never)
    #expect(transport.now.since(begin) > .milliseconds(1))
    #expect(transport.nextEvent() == .ready(id, [.readable, .writable]))
  }

  @Test("an interrupted wait ends early with nothing")
  func interrupted() throws {
    let transport = TransportBox(on: pair.b, of: network)
    network.inject(Fault(.interrupted, on: "b", amount: 1000))
    let begin = transport.now
    transport.wait(until: begin + .seconds(1))
    #expect(transport.now == begin)
    #expect(transport.nextEvent() == nil)
  }

  @Test("short moves move at least one byte and lose none")
  func shortMoves() throws {
    network.inject(Fault(.shortMoves, on: "a", amount: 1000))
    network.inject(Fault(.shortMoves, on: "b", amount: 1000))
    let (a, b) = try pair.connect()
    var sent: UInt64 = 0
    while sent < 3000 {  // bound: a byte each time
      guard case .bytes(let count) = network.send(a, UInt32(3000 - sent)) else { break }
      #expect(count > 0)
      sent += UInt64(count)
    }
    network.close(a)
    pair.settle()
    var payload = Payload()
    var calls = 0
    while case .bytes(let count) = network.receive(b, 3000, into: &payload) {  // bound: a byte each time
      #expect(count > 0)
      calls += 1
    }
    #expect(sent == 3000)
    #expect(payload.count == 3000)
    #expect(payload.runs.count == 1)
    #expect(calls > 3)
  }

  @Test("a name is resolved as it is when the answer is given")
  func names() throws {
    let transport = TransportBox(on: pair.b, of: network)
    network.setName(
      "backend", to: [Pair.addressA, Pair.addressB], changingTo: [Pair.addressB], after: .milliseconds(5))
    func resolve(_ name: String) throws -> [IPAddress] {
      let id = transport.resolve(name)
      let begin = network.now
      transport.wait(until: .never)
      #expect(transport.nextEvent() == .resolved(id))
      #expect(network.now > begin)
      return try transport.takeAddresses(of: id)
    }
    #expect(try resolve("backend") == [Pair.addressA, Pair.addressB])
    #expect(try resolve("localhost") == [.loopbackV6, .loopbackV4])
    #expect(throws: ResolutionError.unknownName) { try resolve("nobody") }
    network.inject(Fault(.changingResolution, on: "b"))
    #expect(try resolve("backend") == [Pair.addressB])
    network.inject(Fault(.failingResolution, on: "b"))
    #expect(throws: ResolutionError.unavailable) { try resolve("backend") }
    network.heal()
    network.inject(Fault(.slowResolution, on: "b", amount: 3_000_000_000))
    let begin = network.now
    _ = try resolve("backend")
    #expect(network.now.since(begin) > .seconds(3))
    #expect(network.openQuestions == 0)
  }

  @Test("a hung process is told nothing until it goes on, while its kernel acknowledges")
  func hang() throws {
    let (a, b) = try pair.connect()
    let witness = WakeWitness()
    network.peers = witness
    network.setHung(true, pair.b)
    #expect(network.send(a, 100) == .bytes(100))
    pair.settle()
    #expect(network.sendQueue(of: a).isEmpty)
    #expect(!witness.wakes.contains(.ready(b)))
    network.setHung(false, pair.b)
    pair.settle()
    #expect(witness.wakes.contains(.ready(b)))
  }

  @Test("a transport on a hung host sees time jump")
  func hungTransport() throws {
    let transport = TransportBox(on: pair.b, of: network)
    network.inject(Fault(.hang, on: "b", until: network.elapsed + .seconds(7)))
    let begin = transport.now
    transport.wait(until: begin + .seconds(1))
    #expect(transport.now == begin + .seconds(7))
  }

  @Test("calls with a closed identifier trap")
  func closedIdentifier() async {
    await #expect(processExitsWith: .failure) {
      let network = Network()
      let host = network.addHost("host", IPAddress(v4: 1))
      var transport = SimulatedTransport(on: host, of: network)
      let id = try transport.connect(to: Endpoint(.loopbackV4, 80), SocketOptions())
      transport.close(id, .orderly)
      transport.finishSending(on: id)
    }
  }

  @Test("asking for no byte traps (R24)")
  func zeroBytes() async {
    await #expect(processExitsWith: .failure) {
      let network = Network()
      let host = network.addHost("host", IPAddress(v4: 1))
      var transport = SimulatedTransport(on: host, of: network)
      let id = try transport.connect(to: Endpoint(.loopbackV4, 80), SocketOptions())
      if var conduit = transport.borrowConduit(.buffer) {
        _ = transport.pull(from: id, into: &conduit, atMost: 0)
      }
    }
  }
}
