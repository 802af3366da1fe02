import Glibc
import PorxyCore
import PorxySocketIO
import Testing

/// Turns a transport's loop for a test: waits for what the test expects, and not for ever.
struct TransportDriver: ~Copyable {
  var transport: EpollTransport
  /// Events that came while another one was waited for.
  private var unread: [Event] = []

  static let patience = Duration.seconds(5)

  init(_ options: EpollTransport.Options = EpollTransport.Options()) throws {
    signal(SIGPIPE, SIG_IGN)
    transport = try EpollTransport(options)
  }

  /// One turn of the loop: waits once and keeps the events.
  mutating func turn(until deadline: Instant) {
    transport.wait(until: deadline)
    while let event = transport.nextEvent() { unread.append(event) }
  }

  /// The first event that `matches`, those that came before among them; nil when none comes.
  mutating func event(within patience: Duration = Self.patience, where matches: (Event) -> Bool) -> Event? {
    let deadline = transport.now + patience
    while true {  // bound: the deadline
      if let index = unread.firstIndex(where: matches) { return unread.remove(at: index) }
      if transport.now > deadline { return nil }
      turn(until: deadline + .milliseconds(1))
    }
  }

  /// Readiness of the socket that has all of `wanted`.
  @discardableResult
  mutating func ready(_ socket: SocketID, _ wanted: Readiness, within patience: Duration = Self.patience) -> Bool {
    event(within: patience) { event in
      guard case .ready(socket, let readiness) = event else { return false }
      return readiness.isSuperset(of: wanted)
    } != nil
  }

  /// Listens on a loopback port that the kernel chooses.
  mutating func listen(
    _ address: IPAddress = .loopbackV4, _ options: ListenOptions = ListenOptions()
  ) throws -> (ListenerID, port: UInt16) {
    let listener = try transport.listen(on: Endpoint(address, 0), options)
    let port = try #require(transport.localEndpoint(of: listener)?.port)
    return (listener, port)
  }

  /// Takes the next client as soon as there is one.
  mutating func accept(from listener: ListenerID) throws -> (SocketID, from: Endpoint) {
    let deadline = transport.now + Self.patience
    while transport.now < deadline {
      if case .accepted(let socket, let client) = transport.accept(from: listener) { return (socket, client) }
      _ = event { $0 == .acceptable(listener) }
    }
    throw Missing("a client to accept")
  }

  /// A socket of the transport, accepted, and the client at its other end.
  mutating func acceptedPair(_ options: ListenOptions = ListenOptions()) throws -> (SocketID, Peer) {
    let (listener, port) = try listen(.loopbackV4, options)
    let client = try Peer.connect(to: Address(port: port))
    let (socket, _) = try accept(from: listener)
    transport.closeListener(listener)
    return (socket, client)
  }

  /// A socket of the transport, connected, and the server at its other end.
  mutating func connectedPair(_ options: SocketOptions = SocketOptions()) throws -> (SocketID, Peer) {
    let server = try ServerSocket.listening()
    let socket = try transport.connect(to: Endpoint(.loopbackV4, server.address.port), options)
    guard event(where: { $0 == .connected(socket) }) != nil else { throw Missing("a connection") }
    return (socket, try server.accept())
  }

  mutating func borrow(_ kind: ConduitKind) throws -> Conduit {
    guard let conduit = transport.borrowConduit(kind) else { throw Missing("a conduit") }
    return conduit
  }

  /// One pull that waits for readiness as long as it is blocked.
  mutating func pull(
    from socket: SocketID, into conduit: inout Conduit, atMost: UInt32 = .max
  ) -> Transfer {
    let deadline = transport.now + Self.patience
    while true {  // bound: the deadline
      let transfer = transport.pull(from: socket, into: &conduit, atMost: atMost)
      guard transfer == .blocked, transport.now < deadline else { return transfer }
      _ = event { event in
        guard case .ready(socket, _) = event else { return false }
        return true
      }
    }
  }

  /// Pushes until the conduit is empty, waiting for readiness as long as that is blocked.
  mutating func pushAll(from conduit: inout Conduit, to socket: SocketID) -> Transfer {
    let deadline = transport.now + Self.patience
    var transfer = Transfer.moved(0)
    while conduit.count > 0 {  // bound: the bytes, and the deadline
      transfer = transport.push(from: &conduit, to: socket)
      if case .failed = transfer { return transfer }
      if transfer == .blocked {
        guard transport.now < deadline else { return transfer }
        ready(socket, .writable)
      }
    }
    return transfer
  }
}
