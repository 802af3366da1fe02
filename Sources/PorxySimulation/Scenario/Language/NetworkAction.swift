/// What happens on the network.
public enum NetworkAction: Sendable, Equatable {
  case impose(Trouble, Way)
  /// All troubles end, or those of one way.
  case heal(Way?)
}

extension NetworkAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .impose(let trouble, let way): "\(trouble) \(way)"
    case .heal(nil): "heal"
    case .heal(let way?): "heal \(way)"
    }
  }
}
