import PorxyCore
import PorxySocketIO
import Testing

@Suite struct ConnectingTests {
  @Test func connectsAndMovesBytesBothWays() throws {
    var driver = try TransportDriver()
    let (socket, server) = try driver.connectedPair()
    server.send("question")
    var conduit = try driver.borrow(.buffer)
    let taken = driver.pull(from: socket, into: &conduit)
    #expect(taken == .moved(8))
    let given = driver.pushAll(from: &conduit, to: socket)
    #expect(given == .moved(8))
    #expect(server.receive() == .text("question"))
  }

  @Test("a socket that the kernel connects to itself has failed (R18)")
  func connectsToItself() throws {
    var driver = try TransportDriver()
    // A port that the kernel chose for connect(2) once, so that it may again; a reset leaves it free.
    let server = RawSocket.listening()
    let client = try #require(RawSocket.connected(to: server.port))
    let target = Endpoint(.loopbackV4, client.localPort)
    client.reset()
    let outcome: Failure? = try {
      for _ in 0..<60_000 {  // twice the ports of the range
        let socket = try driver.transport.connect(to: target, SocketOptions())
        guard case .connectFailed(socket, let failure) = driver.event(where: { _ in true }) else { return nil }
        driver.transport.close(socket, .abortive)
        if failure != .connectionRefused { return failure }
      }
      return nil
    }()
    #expect(outcome == .connectedToItself)
  }
}
