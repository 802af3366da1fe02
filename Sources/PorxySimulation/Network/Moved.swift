/// What a call that moves bytes answers.
public enum Moved: Sendable, Equatable {
  /// So many bytes; 0 only when 0 were asked for (R24).
  case bytes(UInt32)
  /// The stream is over; only a receive answers it.
  case end
  /// Nothing was moved.
  case error(SocketError)
}
