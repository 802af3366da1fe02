import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

/// How much a socket takes to send before its peer has room for it.
@Suite(.paced) struct UnsentTests {
  private func unsentMax(of descriptor: Int32) -> Int32 {
    Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT)
  }

  @Test("accepted sockets are limited from the beginning") func accepted() throws {
    var driver = try TransportDriver()
    let (listener, port) = try driver.listen(.loopbackV4)
    let client = try Peer.connect(to: Address(port: port))
    _ = try driver.accept(from: listener)
    let accepted = Descriptors.connected(from: port, to: client.socket.port)
    #expect(accepted.map(unsentMax) == [Int32(Limits.unsentMax)])
  }

  @Test("connected ones with the first bulk, not before", arguments: [ConduitKind.block, .pipe])
  func connected(bulk: ConduitKind) throws {
    var driver = try TransportDriver()
    let (source, client) = try driver.acceptedPair()
    let (sink, server) = try driver.connectedPair()
    let local = driver.transport.localEndpoint(of: sink)?.port ?? 0
    let descriptor = try #require(Descriptors.connected(from: local, to: server.socket.port).first)
    for (kind, isLimited) in [(ConduitKind.buffer, false), (bulk, true), (.buffer, true)] {
      client.send([1, 2, 3])
      var conduit = try driver.borrow(kind)
      let pulled = driver.pull(from: source, into: &conduit)
      let pushed = driver.pushAll(from: &conduit, to: sink)
      #expect(pulled == .moved(3) && pushed == .moved(3))
      driver.transport.returnConduit(conduit)
      #expect((unsentMax(of: descriptor) == Int32(Limits.unsentMax)) == isLimited, "\(kind)")
    }
  }
}
