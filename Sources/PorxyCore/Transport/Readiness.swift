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
  /// It says nothing of ends and errors.
  @inlinable
  public var isOnlyOfBytes: Bool { isSubset(of: [.readable, .writable]) }

  /// An urgent byte is in the stream (EPOLLPRI).
  @inlinable public static var urgent: Readiness { Readiness(rawValue: 1 << 5) }
}

/// What a socket has taken to send and the peer's kernel has not acknowledged.
public struct SendQueue: Sendable, Equatable {
  /// Bytes not acknowledged yet, the unsent among them (SIOCOUTQ). An end that was sent but not acknowledged counts as
  /// one.
  public let unacknowledged: UInt32
  /// Bytes that never left, because the peer's window or the network did not allow it (SIOCOUTQNSD).
  public let unsent: UInt32

  public init(unacknowledged: UInt32, unsent: UInt32) {
    self.unacknowledged = unacknowledged
    self.unsent = unsent
  }

  /// Nothing would be lost.
  public var isEmpty: Bool { unacknowledged == 0 }

  /// Bytes wait, none is under way: the peer's window is closed, not the network slow.
  public var isHeldByPeer: Bool { unsent > 0 && unsent == unacknowledged }
}
