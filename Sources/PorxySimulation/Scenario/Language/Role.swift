/// Whose socket a step uses.
public enum Role: Sendable, Hashable {
  /// The client of this number, from 1.
  case client(Int)
  /// The connection of this number, from 1, in the order in which the server accepts.
  case server(Int)

  /// The place where the socket is.
  public var place: Place {
    switch self {
    case .client(let number): .client(number)
    case .server: .server
    }
  }
}

extension Role: CustomStringConvertible {
  public var description: String {
    switch self {
    case .client(let number): Place.client(number).description
    case .server(let number): number == 1 ? "server" : "server \(number)"
    }
  }
}
