/// Names a socket of a transport.
public struct SocketID: Sendable, Hashable {
  /// The place in the transport's table; reused after a close.
  public let slot: UInt32
  /// Separates this tenant of the slot from an earlier one whose events may still be queued.
  public let generation: UInt32

  @inlinable
  public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  /// No socket.
  public static let none = SocketID(slot: .max, generation: .max)
}
