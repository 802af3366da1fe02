/// Which sessions of a worker are asked for.
///
/// One inquiry looks at a part of the worker's table, so that no turn is long: begin without `from`, and ask again with
/// the page's `next` until that is nil. A session that is open all the while is in exactly one of the pages; one that
/// begins or ends meanwhile is in one or in none.
public struct SessionQuery: Sendable, Equatable {
  /// Where the page begins: 0, or the `next` of the page before.
  public var from: UInt32
  /// Places of the table that are looked at, free ones among them; at least 1, and at most `Limits.placesPerInquiry`.
  public var placesMax: UInt32
  /// Only those of the listener with this name.
  public var listener: String?
  /// Only those of the backend with this name.
  public var backend: String?
  /// Only those of clients with this address; an address without an interface means any.
  public var client: IPAddress?

  public init(
    from: UInt32 = 0, placesMax: UInt32 = Limits.placesPerInquiry, listener: String? = nil, backend: String? = nil,
    client: IPAddress? = nil
  ) {
    self.from = from
    self.placesMax = placesMax
    self.listener = listener
    self.backend = backend
    self.client = client
  }

  @usableFromInline
  func matches(_ route: Route, _ address: IPAddress) -> Bool {
    if let listener, route.listener.name != listener { return false }
    if let backend, route.backend.name != backend { return false }
    guard let client else { return true }
    return client.family == address.family && client.high == address.high && client.low == address.low
      && (client.scope == 0 || client.scope == address.scope)
  }
}

/// A part of the sessions of a worker.
public struct SessionPage: Sendable, Equatable {
  /// When they were looked at, on the clock of the worker's transport.
  public let at: Instant
  public internal(set) var sessions: [SessionSnapshot] = []
  /// Where the next page begins; nil: this is the last one.
  public internal(set) var next: UInt32?

  @usableFromInline
  init(at: Instant) {
    self.at = at
  }

  @usableFromInline
  mutating func append(_ session: SessionSnapshot) { sessions.append(session) }

  @usableFromInline
  mutating func continues(from place: UInt32) { next = place }
}

// Looking at sessions. It changes nothing of them, and asks the kernel only about a single one.
extension Proxy where IO: ~Copyable {
  @inlinable
  func page(for query: SessionQuery, at now: Instant) -> SessionPage {
    var page = SessionPage(at: now)
    let begin = min(query.from, sessions.extent)
    let end = begin + min(max(query.placesMax, 1), Limits.placesPerInquiry, sessions.extent - begin)
    for place in begin..<end where sessions.contains(place) {
      let client = toldClient(of: place) ?? sessions[place].clientEndpoint
      guard query.matches(plans[UInt32(sessions[place].plan)].route, client.address) else { continue }
      page.append(snapshot(of: place))
    }
    if end < sessions.extent { page.continues(from: end) }
    return page
  }

  /// Nil where there is no such session, or none any more.
  @inlinable
  func details(of id: SessionID, on transport: inout IO) -> SessionDetails? {
    guard let place = place(of: id) else { return nil }
    let session = sessions[place]
    return SessionDetails(
      at: transport.now, snapshot(of: place), client: transport.statistics(of: session.client),
      backend: session.isConnected ? transport.statistics(of: session.backend) : nil)
  }

  /// Where the session is; nil where it is over, and where it is another worker's.
  @inlinable
  func place(of id: SessionID) -> UInt32? {
    guard Int(id.worker) == worker, sessions.contains(id.place), sessions[id.place].number == id.number else {
      return nil
    }
    return id.place
  }

  @inlinable
  func id(of place: UInt32) -> SessionID {
    SessionID(worker: UInt16(truncatingIfNeeded: worker), place: place, number: sessions[place].number)
  }

  @inlinable
  func snapshot(of place: UInt32) -> SessionSnapshot {
    let dial = sessions[place].dial
    let isResolving = dial != .max && dials[dial].isResolving
    return SessionSnapshot(
      sessions[place], id(of: place), on: plans[UInt32(sessions[place].plan)].route,
      in: isResolving ? .resolving : sessions[place].phase, told: toldClient(of: place))
  }
}
