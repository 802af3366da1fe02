import Glibc
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

  @Test("a refused connection fails, and only once (L01)")
  func refused() throws {
    var driver = try TransportDriver()
    let nobody = RawSocket.silent()
    let socket = try driver.transport.connect(to: Endpoint(.loopbackV4, nobody.port), SocketOptions())
    let outcome = driver.event { _ in true }
    #expect(outcome == .connectFailed(socket, .connectionRefused))
    let again = driver.transport.takeFailure(on: socket)
    #expect(again == nil)
    driver.transport.close(socket, .orderly)
    let rest = driver.eventsByNow()
    #expect(rest.isEmpty)
  }

  @Test("a connection that nobody answers times out by the user timeout (L05)")
  func timesOut() throws {
    var driver = try TransportDriver()
    let server = RawSocket.listening()
    server.goSilent()
    let socket = try driver.transport.connect(
      to: Endpoint(.loopbackV4, server.port), SocketOptions(userTimeout: .milliseconds(500)))
    let outcome = driver.event { _ in true }
    #expect(outcome == .connectFailed(socket, .timedOut))
  }

  @Test func closesWhileConnecting() throws {
    var driver = try TransportDriver()
    let server = RawSocket.listening()
    server.goSilent()
    let socket = try driver.transport.connect(to: Endpoint(.loopbackV4, server.port), SocketOptions())
    driver.transport.close(socket, .orderly)
    let rest = driver.eventsByNow()
    #expect(rest.isEmpty)
  }

  @Test func throwsWhatFailsAtOnce() throws {
    var driver = try TransportDriver()
    #expect(throws: TransportError(.networkUnreachable, during: "connect")) {
      // 255.255.255.255 is no unicast address.
      _ = try driver.transport.connect(to: Endpoint(IPAddress(v4: .max), 9), SocketOptions())
    }
  }

  /// What a connecting socket meets that was established and reset before its event was taken.
  private func connectedThenReset(
    endsFirst: Bool, _ driver: inout TransportDriver
  ) throws -> SocketID {
    let server = RawSocket.listening()
    let socket = try driver.transport.connect(to: Endpoint(.loopbackV4, server.port), SocketOptions())
    let accepted = try #require(server.accept())
    accepted.send("abc")
    if endsFirst { accepted.finishSending() }
    accepted.reset()
    let first = driver.event { _ in true }
    #expect(first == .connected(socket))
    let isReady = driver.ready(socket, [.failed, .hungUp, .readable])
    #expect(isReady)
    return socket
  }

  @Test("a connection reset at once was connected, and its bytes come before its failure (R1, R2)")
  func resetAtOncePullsFirst() throws {
    var driver = try TransportDriver()
    let socket = try connectedThenReset(endsFirst: false, &driver)
    var conduit = try driver.borrow(.buffer)
    let bytes = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(bytes == .moved(3))
    driver.transport.discardConduit(conduit)
    conduit = try driver.borrow(.buffer)
    let failure = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(failure == .failed(.connectionReset))
    let end = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(end == .ended)
    let second = driver.transport.takeFailure(on: socket)
    #expect(second == nil)
  }

  @Test("a push meets the failure of a connection reset at once before the bytes are pulled (R3)")
  func resetAtOncePushesFirst() throws {
    var driver = try TransportDriver()
    let (other, client) = try driver.connectedPair()
    client.send("xyz")
    var full = try driver.borrow(.buffer)
    let filled = driver.pull(from: other, into: &full)
    #expect(filled == .moved(3))
    let socket = try connectedThenReset(endsFirst: false, &driver)
    let pushed = driver.transport.push(from: &full, to: socket)
    #expect(pushed == .failed(.connectionReset))
    let second = driver.transport.takeFailure(on: socket)
    #expect(second == nil)
    var conduit = try driver.borrow(.buffer)
    let bytes = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(bytes == .moved(3))
  }

  @Test("no pull meets a reset behind the peer's end, even of a connection reset at once (R4)")
  func resetAtOnceBehindTheEnd() throws {
    var driver = try TransportDriver()
    let socket = try connectedThenReset(endsFirst: true, &driver)
    var conduit = try driver.borrow(.pipe)
    let bytes = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(bytes == .moved(3))
    driver.transport.discardConduit(conduit)
    conduit = try driver.borrow(.pipe)
    let end = driver.transport.pull(from: socket, into: &conduit, atMost: .max)
    #expect(end == .ended)
    let failure = driver.transport.takeFailure(on: socket)
    #expect(failure == .resetAfterEnd)
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

  @Test func tellsItsOwnAddress() throws {
    var driver = try TransportDriver()
    let server = RawSocket.listening()
    let socket = try driver.transport.connect(to: Endpoint(.loopbackV4, server.port), SocketOptions())
    _ = driver.event { $0 == .connected(socket) }
    let local = driver.transport.localEndpoint(of: socket)
    #expect(local?.address == .loopbackV4)
    #expect(local?.port != server.port)
    #expect(local?.port != 0)
  }
}
