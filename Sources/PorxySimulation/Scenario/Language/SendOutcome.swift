/// What comes of sending.
public enum SendOutcome: Sendable, Equatable {
  /// The kernel takes all of it, now or while later steps make room.
  case taken
  /// The kernel does not take all of it.
  case blocks
  case fails(SocketError)
}

extension SendOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .taken: ""
    case .blocks: " blocks"
    case .fails(let error): " fails \(error.errnoName)"
    }
  }
}
