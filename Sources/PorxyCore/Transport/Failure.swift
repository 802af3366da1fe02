/// Why a socket, an attempt or an accept failed: the errno values that mean something to the connection rules.
public enum Failure: Sendable, Hashable {
  /// ECONNRESET: the peer reset a connection that it had not ended before.
  case connectionReset
  /// EPIPE: the peer reset a connection whose end it had sent before, so everything up to that end is whole (R1).
  case resetAfterEnd
  /// EPIPE in answer to a keepalive probe: the peer ended long ago and its kernel has forgotten the connection (HALF).
  case forgotten
  /// ECONNREFUSED.
  case connectionRefused
  /// ECONNABORTED.
  case connectionAborted
  /// ETIMEDOUT: nothing came back for too long.
  case timedOut
  /// EHOSTUNREACH.
  case hostUnreachable
  /// ENETUNREACH.
  case networkUnreachable
  /// EADDRINUSE.
  case addressInUse
  /// EADDRNOTAVAIL: no such local address, or no local port left.
  case addressUnavailable
  /// EMFILE, ENFILE.
  case descriptorsExhausted
  /// ENOBUFS, ENOMEM.
  case memoryExhausted
  /// EACCES, EPERM.
  case notPermitted
  /// The kernel connected the socket to itself, which it can do when nobody listens on a port of the ephemeral range
  /// (R18).
  case connectedToItself
  /// Any other errno; Linux has none above 4095.
  case other(Int16)

  /// The peer had ended its stream in order before it failed.
  public var followsEnd: Bool {
    switch self {
    case .resetAfterEnd, .forgotten: true
    default: false
    }
  }

  /// The kernel has given the peer up (VANISHES); a router's word that it is unreachable is only the reason named.
  public var isSilence: Bool {
    switch self {
    case .timedOut, .hostUnreachable, .networkUnreachable: true
    default: false
    }
  }

  /// A shortage on this machine that passes by itself: pause, do not give up (ACCEPT).
  public var isShortage: Bool {
    switch self {
    case .descriptorsExhausted, .memoryExhausted, .addressUnavailable: true
    default: false
    }
  }
}
