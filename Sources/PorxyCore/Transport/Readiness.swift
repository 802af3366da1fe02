/// What epoll says about a socket; a hint, never a promise.
public struct Readiness: OptionSet, Sendable, Equatable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Bytes, an end or an error can be pulled (EPOLLIN).
  public static let readable = Readiness(rawValue: 1 << 0)
  /// Bytes can be pushed, or a push would meet an error (EPOLLOUT).
  public static let writable = Readiness(rawValue: 1 << 1)
  /// The peer has ended its stream (EPOLLRDHUP).
  public static let peerEnded = Readiness(rawValue: 1 << 2)
  /// Both directions are over (EPOLLHUP).
  public static let hungUp = Readiness(rawValue: 1 << 3)
  /// An error is pending (EPOLLERR).
  public static let failed = Readiness(rawValue: 1 << 4)
  /// An urgent byte is in the stream (EPOLLPRI).
  public static let urgent = Readiness(rawValue: 1 << 5)
}
