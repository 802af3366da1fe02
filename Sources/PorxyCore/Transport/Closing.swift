/// How a socket is closed.
public enum Closing: Sendable, Equatable {
  /// Unsent bytes and an end still go out; a peer whose bytes were not read is reset (R7, R8).
  case orderly
  /// A reset, which destroys what was not sent.
  case abortive
}
