/// One thing that a random peer does; the next one begins when it is done.
package enum Deed: Sendable, Equatable {
  /// Sends so many bytes, waiting for room; a failure ends it.
  case send(UInt64)
  /// Receives so many bytes, or until the stream is over.
  case receive(UInt64)
  /// Receives until the stream is over.
  case drain
  /// Sends what it receives until the stream is over.
  case echo
  case pause(Duration)
  case finish
  case close
  case reset

  /// It waits for bytes to come.
  package var isReading: Bool {
    switch self {
    case .receive, .drain, .echo: true
    default: false
    }
  }
}
