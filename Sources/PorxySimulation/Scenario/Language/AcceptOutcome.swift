/// What comes of accepting.
public enum AcceptOutcome: Sendable, Equatable {
  case succeeds
  case fails(SocketError)
  /// Nobody waits.
  case nobody
}

extension AcceptOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .succeeds: ""
    case .fails(let error): " fails \(error.errnoName)"
    case .nobody: " nobody"
    }
  }
}
