/// The attempts to connect a session to one of its backend's addresses.
@usableFromInline
struct Dial {
  @usableFromInline let session: UInt32
  @usableFromInline let startedAt: Instant
  @usableFromInline var addresses: [IPAddress] = []
  /// The next address to try, an index in `addresses`.
  @usableFromInline var next = 0
  @usableFromInline var attempts = Attempts()
  /// When the next address is tried though an attempt is still open.
  @usableFromInline var nextAttemptAt = Instant.never
  /// Since when there has been no descriptor, memory or port for an attempt.
  @usableFromInline var shortSince: Instant?
  @usableFromInline var lastFailure: Failure?
  /// Every address has failed so far because there is no local address or port for it.
  @usableFromInline var lacksPorts = true
  /// Addresses that have failed so.
  @usableFromInline var passedOver: [IPAddress] = []
  /// Families for which there has been a local address and a port.
  @usableFromInline var reachesV4 = false
  @usableFromInline var reachesV6 = false
  @usableFromInline var isResolving = false

  @usableFromInline
  init(session: UInt32, startedAt: Instant) {
    self.session = session
    self.startedAt = startedAt
  }

  @inlinable
  var isExhausted: Bool { next >= addresses.count && attempts.count == 0 }

  /// Takes the attempt with this socket out and returns the address that it led to; nil if there is none.
  @inlinable
  mutating func takeAttempt(_ socket: SocketID) -> IPAddress? {
    // The addresses stay as they are while there is an attempt.
    attempts.remove(socket).map { addresses[$0] }
  }

  /// An attempt to reach this address has begun.
  @inlinable
  mutating func noteBegun(_ address: IPAddress) {
    if address.family == .v4 { reachesV4 = true } else { reachesV6 = true }
  }

  /// Begins anew with the addresses that may lack nothing but a port; false where there are none.
  ///
  /// The kernel has one error for a family without a local address, which nobody waits for, and for a destination
  /// without a free port: where another destination of the family had one, it is the latter.
  @inlinable
  mutating func retriesPassedOver() -> Bool {
    let again = passedOver.filter { lacksPorts || ($0.family == .v4 ? reachesV4 : reachesV6) }
    passedOver = []
    guard !again.isEmpty else { return false }
    addresses = again
    next = 0
    return true
  }
}
