/// One line of a scenario: who does what, and what is to come of it.
public struct Step: Sendable, Equatable {
  public var action: Action
  /// Begins at the same moment as the step before it; otherwise the network comes to rest first (`and`).
  public var isImmediate: Bool
  /// How long its outcome may take; nil: the runner's patience.
  public var within: Duration?

  public init(_ action: Action, isImmediate: Bool = false, within: Duration? = nil) {
    self.action = action
    self.isImmediate = isImmediate
    self.within = within
  }
}

extension Step: CustomStringConvertible {
  public var description: String {
    (isImmediate ? "and " : "") + action.description + (within.map { " within \($0.scenarioText)" } ?? "")
  }
}

/// What a step does.
public enum Action: Sendable, Equatable {
  case socket(Role, SocketAction)
  case host(Place, HostAction)
  case listener(ListenerAction)
  case network(NetworkAction)
  /// nil: the name of the first listener's backend, and all others'.
  case name(String?, NameAction)
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
    case .name(let name, let action): "name " + (name.map { "\($0) " } ?? "") + "\(action)"
    case .porxy(let action): "porxy \(action)"
    case .wait(let duration): "wait \(duration.scenarioText)"
    case .settle: "settle"
    }
  }
}

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

/// A host, with the process that runs on it.
public enum Place: Sendable, Hashable {
  case client(Int)
  case server
  /// A second server's.
  case other
  case porxy
}

extension Place: CustomStringConvertible {
  public var description: String {
    switch self {
    case .client(let number): number == 1 ? "client" : "client \(number)"
    case .server: "server"
    case .other: "other"
    case .porxy: "porxy"
    }
  }
}

/// A part of the network, as seen from one of its ends; what it leads to is porxy, or the other end when there is none.
public struct Way: Sendable, Equatable {
  /// Which segments are meant.
  public enum Direction: String, Sendable, CaseIterable {
    case both = "at"
    case toward = "to"
    case from
  }

  public var place: Place
  public var direction: Direction

  public init(_ direction: Direction, _ place: Place) {
    self.direction = direction
    self.place = place
  }
}

extension Way: CustomStringConvertible {
  public var description: String { "\(direction.rawValue) \(place)" }
}
