/// What a worker knows of a backend.
@usableFromInline
struct KnownBackend {
  @usableFromInline let backend: Backend
  /// The place of what is counted of its name, in the worker's meters.
  @usableFromInline let meter: UInt32
  /// The places of its endpoints in the worker's table of them, in their order.
  @usableFromInline var endpoints: [UInt32] = []
  /// Plans that lead to it.
  @usableFromInline var plans = 1
  @usableFromInline let socket: SocketOptions
  /// One of its endpoints has a limit on its sessions.
  @usableFromInline let hasLimits: Bool

  @usableFromInline
  init(_ backend: Backend, meter: UInt32) {
    self.backend = backend
    self.meter = meter
    hasLimits = backend.endpoints.contains { $0.sessionsMax != nil }
    // Keepalive takes four system calls: a session that is over at once does without.
    socket = SocketOptions(userTimeout: backend.timeouts.user, congestion: backend.congestion)
  }

  /// There is more than one to choose from.
  @inlinable
  var hasSeveral: Bool { endpoints.count > 1 }
}

/// What a worker knows of an endpoint of a backend, and which of its dials wait for something of it.
@usableFromInline
struct KnownEndpoint {
  @usableFromInline let endpoint: BackendEndpoint
  /// The backend, in the worker's table of them.
  @usableFromInline let backend: UInt32
  /// The place of what is counted of its name, in the worker's meters.
  @usableFromInline let meter: UInt32
  /// The endpoint's own address, or the name's answer as this worker has seen it last.
  @usableFromInline var answer = NameStore.Answer()
  /// What the workers share of its name; nil: the host is an address.
  @usableFromInline let name: NameStore.Entry?
  /// How long an answer serves while nobody renews it.
  @usableFromInline let keep: Duration
  /// The lookup of this worker that is under way.
  @usableFromInline var resolution: ResolutionID?
  /// Why its last lookup brought nothing; nil if it did.
  @usableFromInline var lookupError: ResolutionError?
  /// Dials that wait for the answer.
  @usableFromInline var waiting = DialQueue()
  /// Dials that wait for a local port towards this endpoint.
  @usableFromInline var portless = DialQueue()
  /// When one of those was tried last, and how long until the next try: longer each time, because each looks at all
  /// ports.
  @usableFromInline var portsTriedAt = Instant.never
  @usableFromInline var portsRetryDelay = Limits.pauseInterval

  @usableFromInline
  init(_ endpoint: BackendEndpoint, of backend: UInt32, _ resolve: ResolveSettings, _ names: NameStore, meter: UInt32) {
    self.endpoint = endpoint
    self.backend = backend
    self.meter = meter
    keep = max(resolve.keep, Limits.resolutionLifetime)
    switch endpoint.host {
    case .address(let address):
      name = nil
      answer.addresses = [address]
    case .name(let text):
      name = names.entry(for: text)
    }
  }

  /// When the first of those that wait for a port is tried again.
  @inlinable
  var portsRetryAt: Instant { portsTriedAt + portsRetryDelay }

  /// Whether the answer may be used as it is, and whether it is to be renewed beside.
  @usableFromInline
  func use(at now: Instant) -> (isKnown: Bool, isFresh: Bool) {
    guard name != nil else { return (true, true) }
    return (answer.serves(at: now, keptFor: keep), answer.serves(at: now, keptFor: Limits.resolutionLifetime))
  }

  /// Brings an answer into the order in which it is tried: families alternate, beginning with the resolver's first (RFC
  /// 8305 section 4); no more than `Limits.addressesMax`.
  @usableFromInline
  static func order(_ answer: [IPAddress]) -> [IPAddress] {
    var ordered: [IPAddress] = []
    var preferred = answer.filter { $0.family == answer.first?.family }[...]
    var others = answer.filter { $0.family != answer.first?.family }[...]
    while ordered.count < Limits.addressesMax, !(preferred.isEmpty && others.isEmpty) {  // bound: addressesMax
      if let next = preferred.popFirst() { ordered.append(next) }
      if let next = others.popFirst(), ordered.count < Limits.addressesMax { ordered.append(next) }
    }
    return ordered
  }
}

/// Whether an address is one of this machine's, as it was a moment ago.
@usableFromInline
struct KnownAddress: Equatable {
  @usableFromInline let address: IPAddress
  @usableFromInline let isOwn: Bool
  @usableFromInline let until: Instant

  @usableFromInline
  init(address: IPAddress, isOwn: Bool, until: Instant) {
    self.address = address
    self.isOwn = isOwn
    self.until = until
  }
}
