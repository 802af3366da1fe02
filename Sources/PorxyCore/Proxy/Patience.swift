/// The timeouts of a session as a whole, as plain numbers: the shorter of its listener's and its backend's.
@usableFromInline
struct Patience {
  /// Index in `Configuration.backends`.
  @usableFromInline let backend: Int
  @usableFromInline let connect: Duration?
  @usableFromInline let idle: Duration?
  @usableFromInline let drain: Duration
  /// Of the backend's socket; a client's has its listener's.
  @usableFromInline let keepalive: Keepalive?
  /// Of a client, and of a backend, that has ended its stream.
  @usableFromInline let halfClosedClient: Keepalive
  @usableFromInline let halfClosedBackend: Keepalive

  @usableFromInline
  init(_ listener: Listener, _ backends: [Backend]) {
    let ours = listener.timeouts
    let theirs = backends[listener.backend].timeouts
    backend = listener.backend
    connect = Self.shorter(ours.connect, theirs.connect)
    idle = Self.shorter(ours.idle, theirs.idle)
    drain = min(ours.drain, theirs.drain)
    keepalive = theirs.keepalive
    halfClosedClient = .halfClosed(asked: ours.keepalive)
    halfClosedBackend = .halfClosed(asked: theirs.keepalive)
  }

  private static func shorter(_ a: Duration?, _ b: Duration?) -> Duration? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}
