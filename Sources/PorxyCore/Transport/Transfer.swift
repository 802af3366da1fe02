/// The outcome of one move of bytes.
public enum Transfer: Sendable, Equatable {
  /// So many bytes were moved, at least one.
  case moved(UInt32)
  /// Nothing can be moved now; readiness will tell when. Whatever comes meanwhile may wait for that event, so a call
  /// before it may be blocked still.
  case blocked
  /// The source's stream is over.
  case ended
  /// The socket met an error; it was taken by this call and comes only once.
  case failed(Failure)
}
