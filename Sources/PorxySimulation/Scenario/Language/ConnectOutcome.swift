/// What comes of connecting.
public enum ConnectOutcome: Sendable, Equatable {
  case succeeds
  case fails(SocketError)
  /// It has begun; nobody looks at what comes of it.
  case begins
  /// It succeeded, and before anything else came a reset.
  case isReset
}

extension ConnectOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .succeeds: ""
    case .fails(let error): " fails \(error.errnoName)"
    case .begins: " begins"
    case .isReset: " then reset"
    }
  }
}
