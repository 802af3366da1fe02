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
  @usableFromInline var isResolving = false

  @usableFromInline
  init(session: UInt32, startedAt: Instant) {
    self.session = session
    self.startedAt = startedAt
  }

  @inlinable
  var isExhausted: Bool { next >= addresses.count && attempts.count == 0 }
}
