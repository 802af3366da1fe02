/// One thing that happened on a transport.
public enum Event: Sendable, Equatable {
  /// Clients may wait in the listener's queue: `accept(from:)` until it is drained.
  case acceptable(ListenerID)
  /// The connection is established; both directions may be tried at once, no `ready` follows for what was there
  /// already.
  case connected(SocketID)
  /// The attempt failed; the socket is to be closed.
  case connectFailed(SocketID, Failure)
  /// The socket may have become readable or writable. Spurious, merged, late and stale readiness are all legal.
  case ready(SocketID, Readiness)
  /// The answer to a resolution can be taken.
  case resolved(ResolutionID)
  /// Somebody outside the loop asks for something.
  case asked(Request)
}
