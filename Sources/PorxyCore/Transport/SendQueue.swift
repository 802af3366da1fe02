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
