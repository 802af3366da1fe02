/// A host, with the process that runs on it.
public enum Place: Sendable, Hashable {
  case client(Int)
  case server
  case porxy
}

extension Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .client(let number): number == 1 ? "client" : "client \(number)"
    case .server: "server"
    case .porxy: "porxy"
    }
  }
}
