/// A line between the title and the first step.
public enum Setting: Sendable, Equatable {
  /// Ids of docs/RULES.md.
  case rules([String])
  /// The row of the catalogue of measured kernel behaviour.
  case row(String)
  case arms([Arm])
  case differs([Difference])
  /// How long a segment takes on each link; direct, there is one link, through porxy two.
  case latency(Duration)
  case client([HostSetting])
  case server([HostSetting])
  case porxy([PorxySetting])
  /// What the backend's name resolves to; without this, the backend is an address.
  case name([NameTarget])

  /// The word before the colon.
  var key: SettingKey {
    switch self {
    case .rules: .rules
    case .row: .row
    case .arms: .arms
    case .differs: .differs
    case .latency: .latency
    case .client: .client
    case .server: .server
    case .porxy: .porxy
    case .name: .name
    }
  }
}

extension Setting: CustomStringConvertible {
  public var description: String { "\(key.rawValue): \(value)" }

  private var value: String {
    switch self {
    case .rules(let rules): rules.joined(separator: ", ")
    case .row(let row): row
    case .arms(let arms): Self.list(arms.map(\.rawValue))
    case .differs(let differences): Self.list(differences.map(\.rawValue))
    case .latency(let latency): latency.scenarioText
    case .client(let settings), .server(let settings): Self.list(settings.map(\.description))
    case .porxy(let settings): Self.list(settings.map(\.description))
    case .name(let targets): Self.list(targets.map(\.rawValue))
    }
  }

  private static func list(_ items: [String]) -> String { items.joined(separator: ", ") }
}
