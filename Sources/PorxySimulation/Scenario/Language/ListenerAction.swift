public import PorxyCore

/// What the server does with its listener.
public enum ListenerAction: Sendable, Equatable {
  case listen
  case stopListening
  /// shutdown(SHUT_RD) of the listener, which keeps its port (R16).
  case shutListening
  /// What poll(2) says of the listener.
  case poll(Readiness)
  /// So many connections have been accepted since the beginning.
  case has(connections: UInt64)
}

extension ListenerAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .listen: "listen"
    case .stopListening: "stop listening"
    case .shutListening: "shut listening"
    case .poll(let readiness): "poll listener \(readiness.epollText)"
    case .has(let count): "has \(count) connections"
    }
  }
}

/// A listener of porxy's besides the first, with a backend of its own.
public struct SideListener: Sendable, Equatable {
  /// Where its clients are passed to.
  public enum Target: Sendable, Equatable {
    /// The address of a server.
    case address(NameTarget)
    /// A name, at the port of the servers.
    case name(String)
    /// The port of another listener or its own: at porxy's address, or at what a name resolves to.
    case listener(String, name: String?)
  }

  public var name: String
  public var target: Target
  /// `limits.sessions` of the listener.
  public var sessionsMax: Int?

  public init(_ name: String, to target: Target, sessionsMax: Int? = nil) {
    self.name = name
    self.target = target
    self.sessionsMax = sessionsMax
  }

  /// The name that its backend has.
  var backendName: String? {
    switch target {
    case .address: nil
    case .name(let name): name
    case .listener(_, let name): name
    }
  }
}

extension SideListener: CustomStringConvertible {
  public var description: String {
    let way =
      switch target {
      case .address(let address): address.rawValue
      case .name(let name): "name \(name)"
      case .listener(let listener, let name): "listener \(listener)" + (name.map { " by name \($0)" } ?? "")
      }
    return "\(name) to \(way)" + (sessionsMax.map { " sessions \($0)" } ?? "")
  }
}

extension TokenCursor {
  /// Listeners by name, each with where it leads; to others of the line as well.
  mutating func takeSideListeners() throws(ScenarioComplaint) -> [SideListener] {
    var listeners: [SideListener] = []
    /// Where listeners are led to, to be looked up when all are known.
    var references: [(name: String, place: TokenCursor)] = []
    repeat {  // bound: itemsMax
      let place = self
      guard listeners.count < TextRange.itemsMax else {
        throw complaint("porxy has at most \(TextRange.itemsMax) listeners")
      }
      let name = try takeOwnName("a name for a listener")
      guard !listeners.contains(where: { $0.name == name }) else {
        throw place.complaint("there are two listeners '\(name)'")
      }
      guard take("to") else { throw expected("'to' and where it leads") }
      let target: SideListener.Target
      if take("name") {
        target = .name(try takeOwnName("a name"))
      } else if take("listener") {
        references.append((peek ?? "", self))
        let listener = try takeOwnName("a name for a listener")
        target = .listener(listener, name: take("by name") ? try takeOwnName("a name") : nil)
      } else {
        target = .address(try choose("target", NameTarget.self))
      }
      let most = take("sessions") ? Int(try takeNumber("sessions", in: TextRange.sessions)) : nil
      listeners.append(SideListener(name, to: target, sessionsMax: most))
    } while take(",")
    for reference in references where !listeners.contains(where: { $0.name == reference.name }) {
      throw reference.place.unknown("listener", among: listeners.map(\.name))
    }
    return listeners
  }

  /// A word that the scenario's author has made up.
  private mutating func takeOwnName(_ what: String) throws(ScenarioComplaint) -> String {
    guard let word = peek, word.first?.isLetter == true else { throw expected(what) }
    _ = take()
    return word
  }

  /// `on` and a listener that the settings name; nil where the step says nothing of it.
  mutating func takeListenerName() throws(ScenarioComplaint) -> String? {
    guard take("on") else { return nil }
    return try choose("listener", from: listeners.map { ($0.name, $0.name) })
  }

  /// A name that the settings have; nil where the step says nothing of it.
  mutating func takeBackendName() throws(ScenarioComplaint) -> String? {
    var ahead = self
    let names = listeners.compactMap(\.backendName)
    if (try? ahead.choose("name action", NameVerb.self)) != nil { return nil }
    guard names.isEmpty || peek.map(names.contains) == true else {
      throw unknown("name or name action", among: names + NameVerb.allCases.map(\.rawValue))
    }
    return names.isEmpty ? nil : take()
  }
}
