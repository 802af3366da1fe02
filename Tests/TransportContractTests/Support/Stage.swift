import PorxyCore
import PorxySimulation

/// Turns a transport's loop for a test: waits for what the test expects, and not for ever.
final class Stage {
  let around: any TransportHarness
  let transport: any TransportCalls
  let peers: any SocketCalls
  /// Events that came while another one was waited for.
  private var unread: [Event] = []

  /// Turns that are left to a transport whose time stands still.
  private var turnsLeft = 100_000

  private static let patience = Duration.seconds(5)

  convenience init(_ subject: Subject) throws { self.init(around: try subject.harness()) }

  init(around: any TransportHarness) {
    self.around = around
    transport = around.transport
    peers = around.peers
  }

  // MARK: Events

  private func hasTime(until deadline: Instant) -> Bool { transport.now < deadline && turnsLeft > 0 }

  private func turn(until deadline: Instant) {
    turnsLeft -= 1
    transport.wait(until: deadline)
    while let event = transport.nextEvent() { unread.append(event) }
  }

  /// Everything that happens up to now, as soon as it is so many events, and what comes at once behind them.
  func events(_ count: Int) -> [Event] {
    let deadline = transport.now + Self.patience
    around.settle()
    turn(until: transport.now)
    while unread.count < count, hasTime(until: deadline) { turn(until: transport.now + .milliseconds(10)) }
    around.settle()
    turn(until: transport.now)
    defer { unread = [] }
    return unread
  }

  /// The first event that `matches`, those that came before among them; nil when none comes.
  func event(where matches: (Event) -> Bool) -> Event? {
    let deadline = transport.now + Self.patience
    while true {  // bound: the deadline
      if let index = unread.firstIndex(where: matches) { return unread.remove(at: index) }
      guard hasTime(until: deadline) else { return nil }
      turn(until: transport.now + .milliseconds(10))
    }
  }

  /// The first event of the socket.
  func event(of socket: SocketID) -> Event? {
    event { event in
      switch event {
      case .connected(socket), .connectFailed(socket, _), .ready(socket, _): true
      default: false
      }
    }
  }

  /// Readiness of the socket that has all of `wanted`.
  @discardableResult
  func ready(_ socket: SocketID, _ wanted: Readiness) -> Bool {
    event { event in
      guard case .ready(socket, let readiness) = event else { return false }
      return readiness.isSuperset(of: wanted)
    } != nil
  }

  /// Lets time pass until the condition holds; false when it never does.
  func waits(for condition: () -> Bool) -> Bool {
    let deadline = transport.now + Self.patience
    while !condition() {  // bound: the deadline
      guard hasTime(until: deadline) else { return false }
      turn(until: transport.now + .milliseconds(1))
    }
    return true
  }

  // MARK: Connections

  func listen() throws -> (listener: ListenerID, port: UInt16) {
    let listener = try transport.listen(on: Endpoint(around.ownAddress, 0), ListenOptions())
    return (listener, around.port(of: listener))
  }

  /// Takes the next client as soon as there is one.
  func accept(from listener: ListenerID) throws -> (id: SocketID, from: Endpoint) {
    let deadline = transport.now + Self.patience
    while hasTime(until: deadline) {  // bound: the deadline
      if case .accepted(let id, let client) = transport.accept(from: listener) { return (id, client) }
      turn(until: transport.now + .milliseconds(1))
    }
    throw Missing("a client to accept")
  }

  /// A socket of the transport, accepted, and the client at its other end; nothing is left to be told of it.
  func accepted() throws -> (id: SocketID, peer: Socket) {
    let (listener, port) = try listen()
    let peer = try around.call(port)
    let (id, _) = try accept(from: listener)
    transport.closeListener(listener)
    guard ready(id, .writable) else { throw Missing("readiness") }
    _ = events(0)
    return (id, peer)
  }

  /// A socket of the transport, connected, and the server at its other end.
  func connected() throws -> (id: SocketID, peer: Socket) {
    let listener = try around.openEntrance()
    let id = try transport.connect(to: listener.endpoint, SocketOptions())
    guard event(where: { $0 == .connected(id) }) != nil else { throw Missing("a connection") }
    around.settle()
    return (id, try peers.accept(listener.listener))
  }

  // MARK: Bytes

  func borrow(_ kind: ConduitKind = .buffer) throws -> Conduit {
    guard let conduit = transport.borrowConduit(kind) else { throw Missing("a conduit") }
    return conduit
  }

  /// One pull that waits for readiness as long as it is blocked.
  func pull(from id: SocketID, into conduit: inout Conduit, atMost: UInt32 = .max) -> Transfer {
    let deadline = transport.now + Self.patience
    var transfer = transport.pull(from: id, into: &conduit, atMost: atMost)
    while transfer == .blocked, hasTime(until: deadline) {
      turn(until: transport.now + .milliseconds(10))
      transfer = transport.pull(from: id, into: &conduit, atMost: atMost)
    }
    return transfer
  }

  /// A conduit that holds bytes of somebody else's stream.
  func filled(_ kind: ConduitKind = .buffer, _ count: UInt32 = 3) throws -> Conduit {
    let (id, peer) = try accepted()
    _ = peers.send(peer, count)
    var conduit = try borrow(kind)
    guard pull(from: id, into: &conduit) == .moved(count) else { throw Missing("bytes") }
    return conduit
  }

  /// What a peer receives until it has so many bytes or its stream is over, and what ended it.
  func received(_ peer: Socket, _ count: UInt64 = .max) -> (payload: Payload, then: Moved?) {
    var payload = Payload()
    var last: Moved?
    _ = waits {
      while payload.count < count {  // bound: what was sent
        let moved = peers.receive(peer, UInt32(clamping: min(count - payload.count, 65_536)), into: &payload)
        if case .bytes = moved { continue }
        guard moved != .error(.wouldBlock) else { return false }
        last = moved
        return true
      }
      return true
    }
    return (payload, last)
  }

  /// Pushes bytes of the peer's stream back to it until no more is taken; answers how many were.
  func fill(_ id: SocketID, _ source: SocketID, _ sender: Socket) throws -> UInt64 {
    var taken: UInt64 = 0
    var conduit = try borrow()
    while taken < 64 << 20 {  // bound: no socket takes 64 MiB that nobody reads
      if conduit.count == 0 {
        guard case .bytes = peers.send(sender, 8192), case .moved = pull(from: source, into: &conduit) else {
          throw Missing("bytes")
        }
      }
      switch transport.push(from: &conduit, to: id) {
      case .moved(let count): taken += UInt64(count)
      case .blocked:
        transport.discardConduit(conduit)
        return taken
      default: throw Missing("a full socket")
      }
    }
    throw Missing("a full socket")
  }
}
