/// What the server does with its listener.
public enum ListenerAction: Sendable, Equatable {
  case listen
  case stopListening
  /// So many connections have been accepted since the beginning.
  case has(connections: UInt64)
}

extension ListenerAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .listen: "listen"
    case .stopListening: "stop listening"
    case .has(let count): "has \(count) connections"
    }
  }
}
