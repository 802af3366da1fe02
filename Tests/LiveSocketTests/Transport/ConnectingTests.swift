import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct ConnectingTests {
  @Test func connectsAndMovesBytesBothWays() throws {
    var driver = try TransportDriver()
    let (socket, server) = try driver.connectedPair()
    server.send("question")
    var conduit = try driver.borrow(.buffer)
    let taken = driver.pull(from: socket, into: &conduit)
    #expect(taken == .moved(8))
    let given = driver.pushAll(from: &conduit, to: socket)
    #expect(given == .moved(8))
    #expect(server.receiveText() == "question")
  }

  /// The reset comes while epoll looks, on another processor, which happens once in some thousand attempts.
  @Test("an attempt that is reset as soon as it is accepted was connected (R1)")
  func resetAtOnce() throws {
    let server = try ServerSocket.listening(backlog: 4096)
    let port = server.address.port
    let attempts = 3000
    let resetting = Thread {
      for _ in 0..<attempts { try? server.accept().reset() }
    }
    var driver = try TransportDriver()
    for _ in 0..<attempts {
      let socket = try driver.transport.connect(to: Endpoint(.loopbackV4, port), SocketOptions())
      let event = driver.event { event in
        if case .connectFailed(socket, _) = event { true } else { event == .connected(socket) }
      }
      try #require(event == .connected(socket))
      driver.transport.close(socket, .abortive)
    }
    resetting.join()
  }

  @Test("a socket that the kernel connects to itself has failed (R18)")
  func connectsToItself() throws {
    var driver = try TransportDriver()
    // A port that the kernel chose for connect(2) once, so that it may again; a reset leaves it free.
    let server = try ServerSocket.listening()
    let client = try Peer.connect(to: server.address)
    let target = Endpoint(.loopbackV4, client.socket.port)
    client.reset()
    let outcome: Failure? = try {
      for _ in 0..<300_000 {  // The kernel draws one of 14,116 ports: one of a billion times none of these is it.
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
