package import PorxyCore

/// The socket calls that the peers of a scenario make, of the simulated kernel or of the running one; none of them
/// blocks.
package protocol SocketCalls: AnyObject {
  /// Its owner has not closed it, and its process lives.
  func isOpen(_ socket: Socket) -> Bool
  /// Sends the next bytes of the socket's stream.
  func send(_ socket: Socket, _ count: UInt32) -> Moved
  /// Sends the next byte with MSG_OOB.
  func sendUrgent(_ socket: Socket) -> Moved
  /// Receives bytes and tells which they are.
  func receive(_ socket: Socket, _ most: UInt32, into payload: inout Payload) -> Moved
  func shutDown(_ socket: Socket, _ direction: Network.Direction) throws(SocketError)
  func close(_ socket: Socket)
  /// Closes with SO_LINGER {1, 0}.
  func abort(_ socket: Socket)
  /// What poll(2) says.
  func poll(_ socket: Socket) -> Readiness
  /// SO_ERROR.
  func takeError(_ socket: Socket) -> SocketError?
  func set(_ option: SocketOption, on socket: Socket) throws(SocketError)
  func state(of socket: Socket) -> TCPState
  /// What the bytes that are sent on it are called.
  func stream(of socket: Socket) -> UInt64
  func localEndpoint(of socket: Socket) -> Endpoint
  /// getpeername(); nil is ENOTCONN.
  func remoteEndpoint(of socket: Socket) -> Endpoint?
  func accept(_ listener: ListenerID) throws(SocketError) -> Socket
  /// Whether it is a connection that a proxy makes only to see whether the server accepts.
  func isLook(_ socket: Socket) -> Bool
  /// Sends these bytes, which are none of the socket's stream; false if it does not take all of them.
  func send(_ socket: Socket, literal bytes: [UInt8]) -> Bool
  /// Receives a byte that is none of a stream; nil if there is nothing.
  func receiveByte(_ socket: Socket) -> UInt8?
  /// Whether places in a stream count the bytes of `send(_:literal:)`, too.
  var countsLiterals: Bool { get }
}

extension SocketCalls {
  package func isLook(_ socket: Socket) -> Bool { false }
}

extension Network: SocketCalls {
  package var countsLiterals: Bool { true }

  package func send(_ socket: Socket, literal bytes: [UInt8]) -> Bool {
    var payload = Payload()
    payload.append(literals.run(of: bytes.span))
    guard case .bytes(let count) = send(socket, from: &payload) else { return false }
    return Int(count) == bytes.count
  }

  package func receiveByte(_ socket: Socket) -> UInt8? {
    var payload = Payload()
    guard case .bytes(1) = receive(socket, 1, into: &payload) else { return nil }
    return literals.bytes(of: payload).first
  }

  package func set(_ option: SocketOption, on socket: Socket) throws(SocketError) {
    switch option {
    case .keepalive(let keepalive): setKeepalive(keepalive, on: socket)
    case .userTimeout(let time):
      let slot = open(socket)
      blocks[slot].timers.userTimeout = time.nanoseconds
      setTimer(slot)
    }
  }
}

/// The clients and the server of a scenario with their sockets, as far as they act by themselves: they accept, and they
/// go on with what they could not send at once.
package final class ScenarioPeers: Peers {
  /// One socket of a peer, and what its owner knows of it.
  package struct Peer {
    package var socket: Socket
    /// What the bytes it writes are called.
    package var stream: UInt64
    /// What the bytes it receives are called; nil before the first.
    var source: UInt64?
    var received: UInt64 = 0
    var written: UInt64 = 0
    /// What is still to be sent, and what comes after that.
    var pendingActions: [PendingAction] = []
    /// There is something that it does as soon as its socket takes it.
    package var isBusy: Bool { !pendingActions.isEmpty }
    /// Edge-triggered epoll has something to say.
    var hasEvent = false
    /// Bytes that it has written or still means to.
    var intended: UInt64 {
      pendingActions.reduce(written) { sum, pending in
        if case .send(let left) = pending.kind { sum + left } else { sum }
      }
    }

    /// Its own address, for whoever finds it in a record.
    var endpoint = Endpoint(.anyV4, 0)
    /// Where it connects to; nil for a server.
    var entrance: Endpoint?
    /// Bytes of PROXY headers that it has sent, ahead of its own.
    var headerSent: UInt64 = 0
    /// Bytes of a header that it has received of porxy itself, ahead of what a check sends.
    var headerOfPorxy: UInt64 = 0
    /// Where the stream begins whose bytes it receives: behind the header of who sends them.
    var sourceStart: UInt64 = 0
  }

  /// What a peer does as soon as its socket takes it.
  struct PendingAction {
    enum Kind {
      case send(UInt64)
      case finish
      case close
    }

    var kind: Kind
    /// The step that it belongs to.
    let step: Int
  }

  /// By number, from 1; nil before it connects.
  package var clients: [Peer?] = []
  package var servers: [Peer] = []
  /// Clients in the order in which they connected.
  package var connected: [Int] = []
  package var listener: ListenerID?
  /// It was shut down, and may listen again.
  package var hasShutListener = false
  /// Of the second server, whose connections count among the first one's.
  var otherListener: ListenerID?
  /// Connections that porxy makes only to see whether a server accepts. The server greets them and does not count them.
  private var looks: [(socket: Socket, header: ArraySlice<UInt8>)] = []
  /// What such a connection has to begin with; nil: it sends nothing.
  var lookHeader: ProxyProtocolVersion?
  /// How many there have been. A server closes every second one only when it is told.
  private var lookCount = 0
  package var acceptsAtOnce = true
  /// Outcomes of deeds, in order.
  var outcomes: [(step: Int, outcome: SendOutcome)] = []
  /// What must never happen on any network: holes, repetitions, bytes of others.
  package var flaws: [String] = []

  package init() {}

  package func wake(_ wake: Wake, on network: Network) {
    switch wake {
    case .ready(let socket):
      guard let role = role(of: socket) else { return serveLook(socket, on: network) }
      self[role]?.hasEvent = true
      act(role, on: network)
    case .acceptable(let id):
      guard id == otherListener || acceptsAtOnce && id == listener else { return }
      while accept(from: id, on: network) == .succeeds {}  // bound: the queue
    case .alarm, .died, .revived: break
    }
  }

  /// Who has this role; nil while there is nobody.
  package subscript(role: Role) -> Peer? {
    get {
      switch role {
      case .client(let number): number <= clients.count ? clients[number - 1] : nil
      case .server(let number): number <= servers.count ? servers[number - 1] : nil
      }
    }
    set {
      switch role {
      case .client(let number):
        while clients.count < number { clients.append(nil) }  // bound: the number
        clients[number - 1] = newValue
      case .server(let number):
        if let newValue, number <= servers.count { servers[number - 1] = newValue }
      }
    }
  }

  /// The process at a place is gone, with all its sockets.
  package func forget(_ role: Role) { self[role]?.pendingActions = [] }

  /// The member's socket, if its owner still has it.
  package func openSocket(_ role: Role, on calls: some SocketCalls) -> Socket? {
    guard let socket = self[role]?.socket, calls.isOpen(socket) else { return nil }
    return socket
  }

  /// Takes a client from the queue.
  package func accept(on calls: some SocketCalls) -> AcceptOutcome {
    guard let listener else { return .nobody }
    return accept(from: listener, on: calls)
  }

  private func accept(from listener: ListenerID, on calls: some SocketCalls) -> AcceptOutcome {
    do {
      var socket = try calls.accept(listener)
      while calls.isLook(socket) {  // bound: the queue
        looks.append((socket, header(of: socket, on: calls)[...]))
        lookCount += 1
        _ = calls.send(socket, Self.greeting)
        serveLook(socket, on: calls)
        socket = try calls.accept(listener)
      }
      servers.append(
        // Whoever registers a socket with epoll is told what there is already.
        Peer(
          socket: socket, stream: calls.stream(of: socket), hasEvent: true,
          endpoint: calls.localEndpoint(of: socket)))
      return .succeeds
    } catch .wouldBlock {
      return .nobody
    } catch {
      return .fails(error)
    }
  }

  /// Bytes that a server greets a look with.
  private static let greeting: UInt32 = 3

  /// The header of a look, byte for byte.
  private func header(of socket: Socket, on calls: some SocketCalls) -> [UInt8] {
    guard let lookHeader, let porxy = calls.remoteEndpoint(of: socket) else { return [] }
    return HeaderBytes.ofProxy(lookHeader, porxy, calls.localEndpoint(of: socket))
  }

  /// Who looks sends no more than a header, ends in order, and is never seen to reset (REFUSED).
  private func serveLook(_ socket: Socket, on calls: some SocketCalls) {
    guard let place = looks.firstIndex(where: { $0.socket == socket }), calls.isOpen(socket) else { return }
    if let error = calls.takeError(socket) { flaws.append("a look was seen to reset: \(error.errnoName)") }
    while let wanted = looks[place].header.first, let byte = calls.receiveByte(socket) {  // bound: the header
      if byte != wanted { flaws.append("a look has sent another header") }
      looks[place].header.removeFirst()
    }
    var payload = Payload()
    switch calls.receive(socket, 1, into: &payload) {
    case .error(.wouldBlock): return
    case .end where !looks[place].header.isEmpty: flaws.append("a look has ended without a whole header")
    case .end where lookCount % 2 == 0: return
    case .end: break
    case .bytes: flaws.append("a look has sent bytes")
    case .error(let error): flaws.append("a look was seen to end with \(error.errnoName)")
    }
    looks.remove(at: place)
    calls.close(socket)
  }

  /// All looks are let go.
  func closeLooks(on calls: some SocketCalls) {
    for (socket, _) in looks where calls.isOpen(socket) { calls.close(socket) }
    looks.removeAll()
  }

  /// Does what was put off, as far as the socket takes it.
  package func act(_ role: Role, on calls: some SocketCalls) {
    guard let socket = openSocket(role, on: calls) else { return }
    while let pending = self[role]?.pendingActions.first {  // bound: the deeds, and the socket's buffer
      switch pending.kind {
      case .send(let left):
        switch calls.send(socket, UInt32(clamping: left)) {
        case .bytes(let count):
          self[role]?.written += UInt64(count)
          self[role]?.pendingActions[0].kind = .send(left - UInt64(count))
          guard left == UInt64(count) else { continue }
          outcomes.append((pending.step, .taken))
        case .error(.wouldBlock): return
        case .error(let error): outcomes.append((pending.step, .fails(error)))
        case .end: return
        }
      case .finish: try? calls.shutDown(socket, .sending)
      case .close:
        self[role]?.pendingActions = []
        return calls.close(socket)
      }
      self[role]?.pendingActions.removeFirst()
    }
  }

  /// Takes bytes off the socket and looks whether they are the next ones.
  func receive(_ role: Role, _ socket: Socket, _ most: UInt32, on calls: some SocketCalls) -> Moved {
    var payload = Payload()
    let moved = calls.receive(socket, most, into: &payload)
    for run in payload.runs {
      if self[role]?.source == nil {
        let sender = clients.first { $0?.stream == run.stream } ?? servers.first { $0.stream == run.stream }
        self[role]?.sourceStart = calls.countsLiterals ? sender?.headerSent ?? self[role]?.headerOfPorxy ?? 0 : 0
      }
      let start = self[role]?.sourceStart ?? 0
      let due = start + (self[role]?.received ?? 0)
      let source = self[role]?.source ?? run.stream
      if run.stream != source || run.offset != due {
        flaws.append("\(role) received byte \(run.offset) of \(run.stream) where byte \(due) of \(source) was due")
      }
      self[role]?.source = source
      self[role]?.received = run.offset + run.count - min(start, run.offset)
    }
    return moved
  }

  /// Who is at the other end: known from the bytes, from the connection itself where there is none between, or else
  /// from the order in which they came.
  package func partner(of role: Role, isDirect: Bool) -> Role? {
    guard let member = self[role] else { return nil }
    switch role {
    case .client(let number):
      if let place = servers.firstIndex(where: { areJoined(member, $0, isDirect: isDirect) }) {
        return .server(place + 1)
      }
      guard let place = connected.firstIndex(of: number), place < servers.count, servers[place].source == nil else {
        return nil
      }
      return .server(place + 1)
    case .server(let number):
      if let place = clients.firstIndex(where: { $0.map { areJoined($0, member, isDirect: isDirect) } ?? false }) {
        return .client(place + 1)
      }
      return number <= connected.count ? .client(connected[number - 1]) : nil
    }
  }

  private func areJoined(_ client: Peer, _ server: Peer, isDirect: Bool) -> Bool {
    client.stream == server.source || client.source == server.stream
      || (isDirect && client.stream == server.stream ^ 1)
  }

  private func role(of socket: Socket) -> Role? {
    if let place = clients.firstIndex(where: { $0?.socket == socket }) { return .client(place + 1) }
    return servers.firstIndex { $0.socket == socket }.map { .server($0 + 1) }
  }
}
