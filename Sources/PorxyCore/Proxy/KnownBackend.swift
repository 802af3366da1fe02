/// What is known of a backend's addresses.
@usableFromInline
struct KnownBackend {
  /// The last good answer, in the order in which it is tried.
  @usableFromInline var addresses: [IPAddress]
  /// When the answer is asked for again; `never` for an address that needs no resolving.
  @usableFromInline var expiresAt: Instant
  @usableFromInline var resolution: ResolutionID?
  /// Dials that wait for the answer.
  @usableFromInline var waiting: [UInt32] = []
  @usableFromInline let port: UInt16
  @usableFromInline let socket: SocketOptions

  @usableFromInline
  init(_ backend: Backend) {
    port = backend.port
    // Keepalive takes four system calls: a session that is over at once does without.
    socket = SocketOptions(userTimeout: backend.timeouts.user, congestion: backend.congestion)
    switch backend.host {
    case .address(let address):
      addresses = [address]
      expiresAt = .never
    case .name:
      addresses = []
      expiresAt = Instant(nanoseconds: 0)
    }
  }

  /// Takes an answer: families alternate, beginning with the resolver's first (RFC 8305 section 4), bounded.
  @usableFromInline
  mutating func take(_ answer: [IPAddress], at now: Instant) {
    var ordered: [IPAddress] = []
    var preferred = answer.filter { $0.family == answer.first?.family }[...]
    var others = answer.filter { $0.family != answer.first?.family }[...]
    while ordered.count < Limits.addressesMax, !(preferred.isEmpty && others.isEmpty) {  // bound: addressesMax
      if let next = preferred.popFirst() { ordered.append(next) }
      if let next = others.popFirst(), ordered.count < Limits.addressesMax { ordered.append(next) }
    }
    addresses = ordered
    expiresAt = now + Limits.resolutionLifetime
  }
}
