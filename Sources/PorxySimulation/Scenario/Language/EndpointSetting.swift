import PorxyCore

/// One of several endpoints of porxy's first backend, which is called by its target's words.
public struct EndpointSetting: Sendable, Equatable {
  public var target: NameTarget
  public var weight: Int
  public var isBackup: Bool
  /// Sessions at a time; nil: no limit of its own.
  public var sessionsMax: Int?
  public var isDrained: Bool

  public init(
    _ target: NameTarget, weight: Int = 1, isBackup: Bool = false, sessionsMax: Int? = nil, isDrained: Bool = false
  ) {
    self.target = target
    self.weight = weight
    self.isBackup = isBackup
    self.sessionsMax = sessionsMax
    self.isDrained = isDrained
  }
}

extension EndpointSetting: CustomStringConvertible {
  public var description: String {
    target.rawValue + (weight == 1 ? "" : " weight \(weight)") + (isBackup ? " backup" : "")
      + (sessionsMax.map { " sessions \($0)" } ?? "") + (isDrained ? " drained" : "")
  }
}

extension TokenCursor {
  /// Endpoints by their targets, no two with the same.
  mutating func takeEndpoints() throws(ScenarioComplaint) -> [EndpointSetting] {
    var endpoints: [EndpointSetting] = []
    repeat {  // bound: the targets
      let place = self
      var endpoint = EndpointSetting(try choose("target", NameTarget.self))
      guard !endpoints.contains(where: { $0.target == endpoint.target }) else {
        throw place.complaint("there are two endpoints '\(endpoint.target.rawValue)'")
      }
      if take("weight") { endpoint.weight = Int(try takeNumber("a weight", in: TextRange.weight)) }
      endpoint.isBackup = take("backup")
      if take("sessions") { endpoint.sessionsMax = Int(try takeNumber("sessions", in: TextRange.sessions)) }
      endpoint.isDrained = take("drained")
      endpoints.append(endpoint)
    } while take(",")
    return endpoints
  }

  /// An endpoint that the settings name.
  mutating func takeEndpointName() throws(ScenarioComplaint) -> NameTarget {
    guard take("endpoint") else { throw expected("'endpoint'") }
    return try choose("endpoint", from: endpoints.map { ($0.target.rawValue, $0.target) })
  }
}

extension Scenario {
  /// Those of porxy's first backend; empty: it has one, the server.
  public var endpoints: [EndpointSetting] {
    for case .endpoints(let endpoints) in settings { return endpoints }
    return []
  }

  /// The same as the configuration has them, in the scenario's family.
  var backendEndpoints: [BackendEndpoint] {
    endpoints.map { setting in
      var endpoint = BackendEndpoint(
        name: setting.target.rawValue, host: .address(SimulatedStage.address(of: setting.target)),
        port: SimulatedStage.serverPort)
      endpoint.weight = setting.weight
      endpoint.isBackup = setting.isBackup
      endpoint.sessionsMax = setting.sessionsMax
      endpoint.isDrained = setting.isDrained
      return endpoint
    }
  }
}
