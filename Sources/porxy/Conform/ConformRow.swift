import PorxySimulation

/// What came of one scenario, direct and through a proxy.
struct ConformRow {
  enum Verdict: Equatable {
    case same
    case differs
    /// It needs what real sockets do not give; why.
    case notRun(String)
  }

  /// What was seen otherwise at one step.
  struct Difference: Equatable {
    let step: Int
    let direct: String
    let proxied: String
  }

  /// Folder and file in the catalogue.
  let name: String
  let title: String
  let rules: [String]
  let verdict: Verdict
  let differences: [Difference]

  init(_ name: String, _ scenario: Scenario, notRun reason: String) {
    self.init(name, scenario, .notRun(reason), [])
  }

  init(_ name: String, _ scenario: Scenario, direct: ScenarioOutcome, proxied: ScenarioOutcome) {
    let differences = Self.differences(scenario, direct, proxied)
    self.init(name, scenario, differences.isEmpty ? .same : .differs, differences)
  }

  private init(_ name: String, _ scenario: Scenario, _ verdict: Verdict, _ differences: [Difference]) {
    self.name = name
    title = scenario.title
    rules = scenario.rules
    self.verdict = verdict
    self.differences = differences
  }

  /// What no proxy can hide is no difference; the scenario names it.
  private static func differences(
    _ scenario: Scenario, _ direct: ScenarioOutcome, _ proxied: ScenarioOutcome
  ) -> [Difference] {
    scenario.steps.indices.compactMap { index in
      let (one, other) = (direct.seen[index].action, proxied.seen[index].action)
      guard one != other, !one.isAboutProxy else {
        let (sent, sentProxied) = (direct.sends[index], proxied.sends[index])
        guard abs(sent - sentProxied) > 1 else { return nil }
        return Difference(step: index, direct: "\(sent) sends before the error", proxied: "\(sentProxied) sends")
      }
      if let known = one.difference(from: other), scenario.differences.contains(known) { return nil }
      return Difference(step: index, direct: one.inWords, proxied: other.inWords)
    }
  }
}

extension Action {
  fileprivate var isAboutProxy: Bool {
    if case .porxy = self { true } else { false }
  }
}
