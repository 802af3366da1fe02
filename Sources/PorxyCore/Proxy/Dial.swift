/// The attempts to connect a session to one of its backend's endpoints, at one of that endpoint's addresses.
@usableFromInline
struct Dial {
  /// The queue of its endpoint that a dial is in.
  @usableFromInline
  enum Wait: UInt8 {
    case none
    /// For the answer to the endpoint's name.
    case name
    /// For a local port towards the endpoint.
    case port
  }

  /// An address towards which there was no local port.
  @usableFromInline
  struct Portless {
    @usableFromInline let endpoint: UInt16
    @usableFromInline let address: IPAddress

    @usableFromInline
    init(endpoint: UInt16, address: IPAddress) {
      self.endpoint = endpoint
      self.address = address
    }
  }

  /// No endpoint has been begun with.
  @usableFromInline static let noEndpoint = UInt16.max

  @usableFromInline let session: UInt32
  @usableFromInline let startedAt: Instant
  /// The endpoint that is tried, in the order of its backend; the dial has a place with it.
  @usableFromInline var endpoint = Dial.noEndpoint
  /// Those of the endpoint.
  @usableFromInline var addresses: [IPAddress] = []
  /// The next address to try, an index in `addresses`.
  @usableFromInline var next = 0
  /// At this endpoint, and at those before it that have not answered.
  @usableFromInline var attempts = Attempts()
  /// When the next address is tried though an attempt is still open.
  @usableFromInline var nextAttemptAt = Instant.never
  /// When the next endpoint is tried though an attempt is still open (`timeouts.attempt`).
  @usableFromInline var nextEndpointAt = Instant.never
  @usableFromInline var others = OtherEndpoints()
  /// Since when there has been no descriptor, memory or port for an attempt.
  @usableFromInline var shortSince: Instant?
  @usableFromInline var lastFailure: Failure?
  /// An attempt was refused.
  @usableFromInline var wasRefused = false
  /// An attempt met something else, but for a way that this machine does not have.
  @usableFromInline var metOther = false
  @usableFromInline var portless: [Portless] = []
  @usableFromInline var wait = Wait.none
  @usableFromInline var place = DialQueue.Place()

  @usableFromInline
  init(session: UInt32, startedAt: Instant) {
    self.session = session
    self.startedAt = startedAt
  }

  /// Neither an attempt nor an address of the endpoint is left.
  @inlinable
  var isExhausted: Bool { next >= addresses.count && attempts.count == 0 }

  /// No address of its endpoint is known.
  @inlinable
  var isResolving: Bool { endpoint != Dial.noEndpoint && addresses.isEmpty }

  /// The endpoint has nothing left that could succeed: no address, no attempt, no name that is being looked up.
  @inlinable
  var hasFailedEndpoint: Bool {
    next >= addresses.count && !hasAttempts(at: endpoint) && !(wait == .name && addresses.isEmpty)
  }

  /// An attempt at this endpoint is open.
  @inlinable
  func hasAttempts(at endpoint: UInt16) -> Bool {
    for index in 0..<attempts.count where attempts[index].endpoint == endpoint { return true }
    return false
  }

  /// Notes what an attempt met; `atOnce`: this machine has said so, without a word of the network.
  @usableFromInline
  mutating func noteMet(_ failure: Failure, atOnce: Bool) {
    switch failure {
    case .connectionRefused: wasRefused = true
    case .networkUnreachable, .addressUnavailable, .familyUnsupported: metOther = metOther || !atOnce
    default: metOther = true
    }
  }

  /// Takes the addresses that are new to it, to be tried before those that are left; false where there is none.
  @usableFromInline
  mutating func add(_ answer: [IPAddress]) -> Bool {
    let new = answer.filter { !addresses.contains($0) }
    addresses.insert(contentsOf: new, at: next)
    return !new.isEmpty
  }

  /// Begins anew with the addresses of an endpoint that lacked nothing but a port, and says which it is; nil where
  /// there are none.
  @usableFromInline
  mutating func takePortless() -> UInt16? {
    guard let first = portless.first?.endpoint else { return nil }
    addresses = portless.filter { $0.endpoint == first }.map(\.address)
    portless.removeAll { $0.endpoint == first }
    next = 0
    return first
  }
}

/// What a dial knows of the endpoints besides the one that it tries. Empty, and without memory, while that is the
/// first.
@usableFromInline
struct OtherEndpoints {
  /// A bit for each endpoint that was begun with.
  private var begun: [UInt64] = []
  /// Those that have not answered in time: attempts are open, and a place is taken.
  @usableFromInline var silent: [UInt16] = []
  /// Those whose name had no answer in time: they are tried again once all others have failed.
  @usableFromInline var unresolved: [UInt16] = []
  /// One has as many sessions as it may, and nothing else keeps it from being tried.
  @usableFromInline var hasFull = false

  @usableFromInline
  init() {}

  @usableFromInline
  func hasBegun(_ endpoint: Int) -> Bool {
    let word = endpoint >> 6
    return word < begun.count && begun[word] & 1 << UInt64(endpoint & 63) != 0
  }

  @usableFromInline
  mutating func noteBegun(_ endpoint: UInt16) {
    let word = Int(endpoint >> 6)
    while begun.count <= word { begun.append(0) }  // bound: endpointsOfBackendMax
    begun[word] |= 1 << UInt64(endpoint & 63)
  }
}

extension OtherEndpoints {
  /// Takes a place with the best of the endpoints that have not been begun with; nil where there is none.
  @usableFromInline
  mutating func take(on route: Route, client: IPAddress, draw: UInt64, at now: Instant) -> UInt16? {
    let isSingle = route.endpoints.count == 1
    while true {  // bound: each failure to take a place is another worker's success
      var candidates: [Balance.Candidate] = []
      hasFull = false
      for (index, account) in route.endpoints.enumerated() where !hasBegun(index) && !route.isDrained(index) {
        let endpoint = route.backend.endpoints[index]
        if isSingle {
          if account.take(max: endpoint.sessionsMax) { return 0 }
          hasFull = true
          return nil
        }
        let sessions = account.sessions
        if let max = endpoint.sessionsMax, sessions >= max {
          hasFull = true
          continue
        }
        candidates.append(
          Balance.Candidate(
            index: UInt16(index), weight: endpoint.weight, sessions: sessions, isBackup: endpoint.isBackup,
            isTroubled: account.isTroubled(at: now), identity: account.identity))
      }
      guard !candidates.isEmpty else { return nil }
      let chosen = route.backend.balance.choose(among: candidates, client: client, draw: draw)
      guard route.endpoints[Int(chosen.index)].take(seen: chosen.sessions) else { continue }
      noteBegun(chosen.index)
      return chosen.index
    }
  }
}

extension Route {
  /// Whether an endpoint has a place. True, too, where all endpoints are drained: then clients are refused, and do not
  /// wait.
  @usableFromInline
  var hasPlaces: Bool {
    var hasFull = false
    for (place, account) in endpoints.enumerated() where !isDrained(place) {
      guard let max = backend.endpoints[place].sessionsMax, account.sessions >= max else { return true }
      hasFull = true
    }
    return !hasFull
  }
}

/// The sockets of a dial that are connecting; a list without memory of its own, as long as `Limits.attemptsMax`.
@usableFromInline
struct Attempts {
  @usableFromInline
  struct Attempt {
    @usableFromInline let socket: SocketID
    @usableFromInline let address: IPAddress
    /// In the order of the backend.
    @usableFromInline let endpoint: UInt16
    @usableFromInline let begunAt: Instant

    @usableFromInline
    init(socket: SocketID, at address: IPAddress, of endpoint: UInt16, since begunAt: Instant) {
      self.socket = socket
      self.address = address
      self.endpoint = endpoint
      self.begunAt = begunAt
    }
  }

  // As many as `Limits.attemptsMax`.
  private var places: InlineArray<8, Attempt> = .init(
    repeating: Attempt(socket: .none, at: .anyV4, of: 0, since: Instant(nanoseconds: 0)))
  @usableFromInline private(set) var count = 0

  @usableFromInline
  init() {}

  @usableFromInline
  subscript(index: Int) -> Attempt { places[index] }

  @usableFromInline
  mutating func append(_ attempt: Attempt) {
    invariant(count < places.count, "a dial has no more attempts open than Limits.attemptsMax")
    places[count] = attempt
    count += 1
  }

  /// Takes the attempt with this socket out; nil if there is none.
  @usableFromInline
  mutating func remove(_ socket: SocketID) -> Attempt? {
    for index in 0..<count where places[index].socket == socket {
      let attempt = places[index]
      count -= 1
      places[index] = places[count]
      return attempt
    }
    return nil
  }
}
