public import PorxySimulation

/// A scenario in which the running kernel and the simulated one are not of one mind.
public struct Divergence: Sendable, CustomStringConvertible {
  public let scenario: Scenario
  /// The first step that differs, from 0.
  public let index: Int
  public let kernel: Step
  public let simulated: Step

  /// nil where nothing differs.
  init?(_ scenario: Scenario, kernel: ScenarioOutcome, simulated: ScenarioOutcome) {
    guard let index = kernel.seen.indices.first(where: { kernel.seen[$0] != simulated.seen[$0] }) else { return nil }
    self.scenario = Scenario(
      title: scenario.title, settings: scenario.settings, steps: Array(kernel.seen.prefix(index + 1)))
    self.index = index
    self.kernel = kernel.seen[index]
    self.simulated = simulated.seen[index]
  }

  /// The scenario as the kernel sees it, up to the step that differs.
  public var description: String {
    "\(scenario)# step \(index + 1): the kernel shows '\(kernel)', the simulated network '\(simulated)'\n"
  }
}
