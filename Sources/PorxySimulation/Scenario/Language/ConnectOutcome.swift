/// What comes of connecting.
public enum ConnectOutcome: Sendable, Equatable {
  case succeeds
  case fails(SocketError)
  /// Neither yet.
  case pends
  /// It succeeded, and before anything else came a reset.
  case isReset
}

extension ConnectOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .succeeds: ""
    case .fails(let error): " fails \(error.errnoName)"
    case .pends: " pending"
    case .isReset: " then reset"
    }
  }
}
