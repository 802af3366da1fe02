/// The outcome of one move of bytes.
public enum Transfer: Sendable, Equatable {
  /// So many bytes were moved, at least one.
  case moved(UInt32)
  /// Nothing can be moved now; readiness will tell when.
  case blocked
  /// The source's stream is over.
  case ended
  /// The socket met an error; it was taken by this call and comes only once.
  case failed(Failure)
}
