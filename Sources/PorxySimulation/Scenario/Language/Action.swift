/// What a step does.
public enum Action: Sendable, Equatable {
  case socket(Role, SocketAction)
  case host(Place, HostAction)
  case listener(ListenerAction)
  case network(NetworkAction)
  case name(NameAction)
  case porxy(PorxyAction)
  /// Lets time pass.
  case wait(Duration)
  /// Lets the network come to rest; every step that is not immediate begins so.
  case settle
}

extension Action: CustomStringConvertible {
  public var description: String {
    switch self {
    case .socket(let role, let action): "\(role) \(action)"
    case .host(let place, let action): "\(place) \(action)"
    case .listener(let action): "server \(action)"
    case .network(let action): "network \(action)"
    case .name(let action): "name \(action)"
    case .porxy(let action): "porxy \(action)"
    case .wait(let duration): "wait \(duration.scenarioText)"
    case .settle: "settle"
    }
  }
}
