/// What comes behind the last byte that is received.
public enum Stop: Sendable, Equatable {
  case end
  case error(SocketError)
  /// Nothing, though somebody waits for it.
  case nothing

  /// ECONNRESET.
  public static let reset = Stop.error(.connectionReset)
}

extension Stop: CustomStringConvertible {
  public var description: String {
    switch self {
    case .end: "end"
    case .error(.connectionReset): "reset"
    case .error(let error): error.errnoName
    case .nothing: "nothing"
    }
  }
}
