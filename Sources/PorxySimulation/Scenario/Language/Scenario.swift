/// What clients, a server and the network between them do, step by step: a text that a person reads, writes and pastes
/// into a report.
///
///     the server answers late, after the client has finished sending
///     client connect
///     client send 3
///     client finish
///     server receive 3 then end
///
/// The first line is the title, `key: value` lines may follow, then a step a line; `#` begins a comment.
/// docs/SCENARIOS.md has the vocabulary. What a step says of its outcome is an expectation, and what was seen is
/// written in the same words.
public struct Scenario: Sendable, Equatable {
  public var title: String
  public var settings: [Setting]
  public var steps: [Step]

  public init(title: String, settings: [Setting] = [], steps: [Step] = []) {
    self.title = title
    self.settings = settings
    self.steps = steps
  }

  /// The rules that it shows.
  public var rules: [String] {
    for case .rules(let rules) in settings { return rules }
    return []
  }

  /// Where it can be run; everywhere unless it says otherwise.
  public var arms: [Arm] {
    for case .arms(let arms) in settings { return arms }
    return Arm.allCases
  }

  /// In what direct and proxied runs of it are known to differ.
  public var differences: [Difference] {
    for case .differs(let differences) in settings { return differences }
    return []
  }

  /// What is set for porxy.
  public var porxySettings: [PorxySetting] {
    for case .porxy(let settings) in settings { return settings }
    return []
  }

  /// What is set for the hosts of the clients.
  public var clientSettings: [HostSetting] {
    for case .client(let settings) in settings { return settings }
    return []
  }

  /// What is set for the host of the server.
  public var serverSettings: [HostSetting] {
    for case .server(let settings) in settings { return settings }
    return []
  }
}

extension Scenario: CustomStringConvertible {
  /// The text that reads back as this scenario.
  public var description: String {
    ([title] + settings.map(\.description) + steps.map(\.description)).joined(separator: "\n") + "\n"
  }
}
