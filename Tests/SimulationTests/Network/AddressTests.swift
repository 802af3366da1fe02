import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Addresses and ports of the simulated network that no scenario can name.
@Suite("simulated addresses", .timed) struct AddressTests {
  let pair = Pair()
  var network: Network { pair.network }

  @Test("two that call each other's ports at once meet (R18)")
  func simultaneousOpen() throws {
    let a = try network.call(Endpoint(Pair.addressB, 2000), on: pair.a, from: 1000)
    let b = try network.call(Endpoint(Pair.addressA, 1000), on: pair.b, from: 2000)
    pair.settle()
    #expect(network.state(of: a) == .established)
    #expect(network.state(of: b) == .established)
    #expect(network.send(a, 7) == .bytes(7))
    network.close(a)
    pair.settle()
    #expect(network.receive(b, 10) == .bytes(7))
    #expect(network.receive(b, 10) == .end)
  }

  @Test("connecting to 0.0.0.0 reaches the host itself (R18)")
  func anyIsSelf() throws {
    let listener = try network.listen(on: pair.a, Endpoint(.anyV4, 80))
    let client = try network.call(Endpoint(.anyV4, 80), on: pair.a)
    pair.settle()
    #expect(network.state(of: client) == .established)
    #expect(network.queues(of: listener).waiting == 1)
  }

  @Test("a port in use is EADDRINUSE, an unknown network ENETUNREACH")
  func addresses() throws {
    _ = try pair.listen()
    #expect(throws: SocketError.addressInUse) { try pair.listen() }
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Endpoint(Pair.addressB, Pair.port)) }
    #expect(throws: SocketError.addressInUse) { try network.listen(on: pair.b, Endpoint(.anyV6, Pair.port)) }
    #expect(throws: SocketError.addressUnavailable) { try network.listen(on: pair.b, Endpoint(Pair.addressA, 1)) }
    #expect(throws: SocketError.networkUnreachable) {
      try network.call(Endpoint(IPAddress(v4: 0x0909_0909), 1), on: pair.a)
    }
  }

  @Test("a listener that is shut keeps its port (R16)")
  func shutListener() throws {
    let listener = try pair.listen()
    network.shutDown(listener)
    #expect(throws: SocketError.addressInUse) { try pair.listen() }
  }

  @Test("a socket that was never connected polls OUT and HUP (R11)")
  func unconnected() throws {
    let never = try network.openSocket(on: pair.a)
    #expect(network.poll(never) == [.writable, .hungUp])
  }

  @Test("a client that reset before it was accepted has no address any more (R14)")
  func resetBeforeAccept() throws {
    let listener = try pair.listen()
    let client = try pair.call()
    pair.settle()
    network.abort(client)
    pair.settle()
    #expect(network.remoteEndpoint(of: try network.accept(listener)) == nil)
  }
}
