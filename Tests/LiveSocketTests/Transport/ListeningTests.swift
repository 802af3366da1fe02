import CPorxyLinux
import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

@Suite(.paced) struct ListeningTests {
  @Test("accepted sockets inherit what the listener was given")
  func inheritsOptions() throws {
    var driver = try TransportDriver()
    let keepalive = Keepalive(idle: .seconds(77), interval: .seconds(7), count: 3)
    let options = ListenOptions(socket: SocketOptions(keepalive: keepalive, userTimeout: .milliseconds(1234)))
    let (listener, port) = try driver.listen(.loopbackV4, options)
    let client = try Peer.connect(to: Address(port: port))
    _ = try driver.accept(from: listener)
    let accepted = Descriptors.connected(from: port, to: client.socket.port)
    let descriptor = try #require(accepted.first)
    #expect(accepted.count == 1)
    #expect(Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY) == 1)
    #expect(Descriptors.option(descriptor, SOL_SOCKET, SO_KEEPALIVE) == 1)
    #expect(Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE) == 77)
    #expect(Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL) == 7)
    #expect(Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT) == 3)
    #expect(Descriptors.option(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT) == 1234)
    #expect(fcntl(descriptor, F_GETFL) & O_NONBLOCK != 0)
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
  }

  @Test("an IPv6 listener takes IPv4 clients, by their IPv4 address, unless told otherwise", arguments: [true, false])
  func dualStack(isDualStack: Bool) throws {
    var driver = try TransportDriver()
    let (listener, port) = try driver.listen(.anyV6, ListenOptions(isDualStack: isDualStack))
    let v6 = try? Peer.connect(to: Address(port: port, isV6: true))
    #expect(v6 != nil)
    let (_, sixth) = try driver.accept(from: listener)
    #expect(sixth.address == .loopbackV6)
    let v4 = try? Peer.connect(to: Address(port: port))
    #expect((v4 != nil) == isDualStack)
    if isDualStack {
      let (socket, fourth) = try driver.accept(from: listener)
      #expect(fourth.address == .loopbackV4)
      let local = driver.transport.localEndpoint(of: socket)
      #expect(local == Endpoint(.loopbackV4, port))
    }
  }

  @Test("a port where somebody listens is in use, whoever it is")
  func detectsPortsInUse() throws {
    let stranger = try ServerSocket.listening()
    var first = try TransportDriver()
    let (_, own) = try first.listen()
    for port in [stranger.address.port, own] {
      var driver = try TransportDriver()
      #expect(throws: TransportError(.addressInUse, during: "bind")) {
        _ = try driver.transport.listen(on: Endpoint(.loopbackV4, port), ListenOptions())
      }
    }
  }

  @Test("further workers share the first one's port")
  func sharesPorts() throws {
    var first = try TransportDriver()
    let (listener, port) = try first.listen()
    var options = EpollTransport.Options()
    options.probesPorts = false
    var second = try TransportDriver(options)
    let twin = try second.transport.listen(on: Endpoint(.loopbackV4, port), ListenOptions())
    let clients = (0..<64).compactMap { _ in try? Peer.connect(to: Address(port: port)) }
    #expect(clients.count == 64)
    var accepted = (0, 0)
    while case .accepted = first.transport.accept(from: listener) { accepted.0 += 1 }
    while case .accepted = second.transport.accept(from: twin) { accepted.1 += 1 }
    #expect(accepted.0 + accepted.1 == 64)
    #expect(accepted.0 > 0 && accepted.1 > 0)
  }

  @Test("the last descriptor is kept for the backend of a client that was accepted")
  func givesUpItsReserve() async {
    await #expect(processExitsWith: .success) {
      let server = try ServerSocket.listening()
      let target = Endpoint(.loopbackV4, server.address.port)
      var driver = try TransportDriver()
      DescriptorLimit.current = 64
      // Anew each time, because other threads may have closed some.
      func exhaust() { while dup(0) >= 0 {} }  // bound: the limit
      exhaust()
      let first = try driver.transport.connect(to: target, SocketOptions())
      exhaust()
      #expect(throws: TransportError(.descriptorsExhausted, during: "socket")) {
        _ = try driver.transport.connect(to: target, SocketOptions())
      }
      // What becomes free is the reserve's again.
      driver.transport.close(first, .orderly)
      exhaust()
      _ = try driver.transport.connect(to: target, SocketOptions())
    }
  }
}
