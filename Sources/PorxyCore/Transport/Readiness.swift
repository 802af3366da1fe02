/// What epoll says about a socket; a hint, never a promise.
public struct Readiness: OptionSet, Sendable, Equatable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Bytes, an end or an error can be pulled (EPOLLIN).
  @inlinable public static var readable: Readiness { Readiness(rawValue: 1 << 0) }
  /// Bytes can be pushed, or a push would meet an error (EPOLLOUT).
  @inlinable public static var writable: Readiness { Readiness(rawValue: 1 << 1) }
  /// The peer has ended its stream (EPOLLRDHUP).
  @inlinable public static var peerEnded: Readiness { Readiness(rawValue: 1 << 2) }
  /// Both directions are over (EPOLLHUP).
  @inlinable public static var hungUp: Readiness { Readiness(rawValue: 1 << 3) }
  /// An error is pending (EPOLLERR).
  @inlinable public static var failed: Readiness { Readiness(rawValue: 1 << 4) }
  /// An urgent byte is in the stream (EPOLLPRI).
  @inlinable public static var urgent: Readiness { Readiness(rawValue: 1 << 5) }
}
