public import PorxyCore

/// The law: what clients and the server see through porxy beside what they see direct.
public struct Comparison: Sendable {
  public let direct: ScenarioOutcome
  public let proxied: ScenarioOutcome
  /// Steps that were seen otherwise, but for the known differences that the scenario names.
  public private(set) var complaints: [String] = []
  /// Known differences that showed.
  public private(set) var differences: [Difference] = []
  /// Known differences that the scenario names and that did not show.
  public var unseenDifferences: [Difference] { named.filter { !differences.contains($0) } }

  private let named: [Difference]

  public init(_ scenario: Scenario, direct: ScenarioOutcome, proxied: ScenarioOutcome) {
    self.direct = direct
    self.proxied = proxied
    named = scenario.differences
    for index in scenario.steps.indices { compare(index, allowed: scenario.differences) }
  }

  /// Runs a scenario that expects nothing in both arms; what holds at the end of every proxied run is among the
  /// complaints.
  public init(_ scenario: Scenario, relay: RelayMode? = nil, seed: Seed) {
    let direct = SimulatedStage(scenario, .direct, relay: nil, seed: seed, entriesMax: 0)
    let proxied = SimulatedStage(scenario, .proxied, relay: relay, seed: seed, entriesMax: 0)
    self.init(
      scenario, direct: ScenarioRun(scenario, on: direct).perform(judges: false),
      proxied: ScenarioRun(scenario, on: proxied).perform(judges: false))
    complaints += self.direct.complaints + self.proxied.complaints
  }

  private mutating func compare(_ index: Int, allowed: [Difference]) {
    let one = direct.seen[index]
    let other = proxied.seen[index]
    if one.action == other.action {
      let (a, b) = (direct.sends[index], proxied.sends[index])
      if abs(a - b) > 1 { complaints.append("step \(index + 1): direct \(a) sends, through porxy \(b) (DIES)") }
    } else if let difference = one.action.difference(from: other.action), allowed.contains(difference) {
      if !differences.contains(difference) { differences.append(difference) }
    } else if !one.action.isAboutPorxy {
      complaints.append("step \(index + 1): direct '\(one)', through porxy '\(other)'")
    }
  }
}

extension Action {
  fileprivate var isAboutPorxy: Bool {
    if case .porxy = self { true } else { false }
  }
}
