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

/// What a part of the network can be made to do.
public enum Trouble: Sendable, Equatable {
  /// Nothing comes through.
  case cut
  /// Nothing comes through, but it is kept and comes when the network heals.
  case stall
  /// Segments take longer.
  case slow(Duration)
  /// Segments take up to so much longer.
  case jitter(Duration)
  /// So many bytes a second.
  case throttle(UInt64)
  /// So many of a thousand segments come late, after a retransmission.
  case lose(UInt64)
  /// Somebody on the way resets all connections, to both ends.
  case reset
  /// A router answers with this error.
  case refuse(SocketError)
  /// No source port is left for connections to the place.
  case lackPorts
}

extension Trouble: CustomStringConvertible {
  public var description: String {
    switch self {
    case .cut: "cut"
    case .stall: "stall"
    case .slow(let time): "slow \(time.scenarioText)"
    case .jitter(let time): "jitter \(time.scenarioText)"
    case .throttle(let bytes): "throttle \(bytes.scenarioText)"
    case .lose(let permille): "lose \(permille)"
    case .reset: "reset"
    case .refuse(let error): "refuse \(error.errnoName)"
    case .lackPorts: "lack ports"
    }
  }
}

/// What a network does.
enum NetworkVerb: String, CaseIterable {
  case cut
  case stall
  case slow
  case jitter
  case throttle
  case lose
  case reset
  case refuse
  case lackPorts = "lack ports"
  case heal
}
