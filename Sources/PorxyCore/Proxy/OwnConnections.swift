import Synchronization

/// Porxy's connections to its own listeners, in all workers, so that no session can come back to where it has been.
///
/// A backend may be another listener of the same porxy. What is refused is a session that would reach a listener twice:
/// it would go round until every place and descriptor is taken. Loops that lead over another host or another process
/// cannot be seen from here.
@usableFromInline
final class OwnConnections: Sendable {
  /// A connection to a listener: both ends, because the kernel gives a local port to several destinations.
  @usableFromInline
  struct Connection: Hashable, Sendable {
    private let from: Endpoint
    private let to: Endpoint

    @usableFromInline
    init(from: Endpoint, to: Endpoint) {
      self.from = from
      self.to = Endpoint(to.address.reached, to.port)
    }
  }

  // lookup only: the listeners that a session has come through, its own last, by its connection to the next one.
  private let paths = Mutex<[Connection: [String]]>([:])
  /// Entries in `paths`, for a look without a lock.
  private let count = Atomic<Int>(0)

  /// Whether there are any, so that a client may be one of them.
  @usableFromInline
  var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }

  /// The listeners that a client's session has come through before it reached this one.
  @usableFromInline
  func path(of client: Connection) -> [String] { paths.withLock { $0[client] ?? [] } }

  /// Connects to a listener of porxy's own: `connect` returns the connection. No worker can accept it and ask for its
  /// path before it is noted.
  @usableFromInline
  func note(
    _ path: [String], _ connect: () throws(TransportError) -> (socket: SocketID, connection: Connection?)
  ) throws(TransportError) -> (socket: SocketID, connection: Connection?) {
    count.add(1, ordering: .acquiringAndReleasing)
    do throws(TransportError) {
      let made = try paths.withLock { paths throws(TransportError) in
        let made = try connect()
        if let connection = made.connection { paths[connection] = path }
        return made
      }
      if made.connection == nil { count.subtract(1, ordering: .acquiringAndReleasing) }
      return made
    } catch {
      count.subtract(1, ordering: .acquiringAndReleasing)
      throw error
    }
  }

  /// The connection is closed.
  @usableFromInline
  func forget(_ connection: Connection) {
    let isKnown = paths.withLock { $0.removeValue(forKey: connection) != nil }
    if isKnown { count.subtract(1, ordering: .acquiringAndReleasing) }
  }
}

// Connections to porxy's own listeners: allowed as a chain, refused as a loop (ALONE).
extension Proxy where IO: ~Copyable {
  /// Begins a connection, unless it would lead a session to a listener that it has come through.
  @inlinable
  mutating func connect(
    _ dial: UInt32, to endpoint: Endpoint, on transport: inout IO
  ) throws(TransportError) -> SocketID {
    let session = dials[dial].session
    let backend = backendIndex(of: session)
    let options = backends[backend].socket
    guard generation.hasListener(onPort: endpoint.port),
      let reached = ownListener(at: endpoint, on: &transport)
    else { return try transport.connect(to: endpoint, options, for: sessions[session].client) }
    let route = plans[UInt32(sessions[session].plan)].route
    let path = path(of: session, on: &transport) + [route.listener.name]
    guard !path.contains(reached) else {
      if route.account.loops.mayBeTold(at: transport.now) {
        record(.loopDetected(backend: route.backend.name, endpoint, to: reached))
      }
      throw TransportError(.connectedToItself, during: "connect")
    }
    let client = sessions[session].client
    let made = try shared.ownConnections.note(path) { () throws(TransportError) in
      let socket = try transport.connect(to: endpoint, options, for: client)
      let local = transport.localEndpoint(of: socket)
      return (socket, local.map { OwnConnections.Connection(from: $0, to: endpoint) })
    }
    if let connection = made.connection { chained[made.socket] = connection }
    return made.socket
  }

  /// The listeners that a session has come through before its own.
  @inlinable
  func path(of session: UInt32, on transport: inout IO) -> [String] {
    guard !shared.ownConnections.isEmpty, let entrance = transport.localEndpoint(of: sessions[session].client) else {
      return []
    }
    return shared.ownConnections.path(
      of: OwnConnections.Connection(from: sessions[session].clientEndpoint, to: entrance))
  }

  /// The socket of an attempt or a backend is about to be closed.
  @inlinable
  mutating func unchain(_ socket: SocketID) {
    if !chained.isEmpty { forgetChained(socket) }
  }

  @inlinable
  mutating func forgetChained(_ socket: SocketID) {
    if let connection = chained.removeValue(forKey: socket) { shared.ownConnections.forget(connection) }
  }

  /// Asks at most once a second whether an address is this machine's own.
  @inlinable
  mutating func ownListener(at endpoint: Endpoint, on transport: inout IO) -> String? {
    let now = transport.now
    var known = ownAddresses.first { $0.address == endpoint.address && now < $0.until }
    let reached = generation.listener(at: endpoint) { address in
      if let known { return known.isOwn }
      let fresh = KnownAddress(
        address: endpoint.address, isOwn: transport.isOwn(address), until: now + Limits.resolutionLifetime)
      known = fresh
      return fresh.isOwn
    }
    if let known, !ownAddresses.contains(known) {
      ownAddresses.removeAll { $0.address == known.address }
      if ownAddresses.count == Limits.ownAddressesMax { ownAddresses.removeFirst() }
      ownAddresses.append(known)
    }
    return reached
  }
}
