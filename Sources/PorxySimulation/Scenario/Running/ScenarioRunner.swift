public import PorxyCore

/// Runs scenarios on the simulated network: direct, and with the shipped proxy between the peers.
public struct ScenarioRunner: Sendable {
  /// The way to relay in place of the scenario's own.
  public var relay: RelayMode?
  public var seed: Seed
  /// How many entries of the network's trace to keep; 0: none.
  public var entriesMax = 0

  /// How long a step waits for what it expects to see; with none, it sees what is there once the network is at rest.
  public var patience = Duration.seconds(2)

  public init(relay: RelayMode? = nil, seed: Seed = Seed(1), entriesMax: Int = 0) {
    self.relay = relay
    self.seed = seed
    self.entriesMax = entriesMax
  }

  /// Runs it in one arm and compares with what it expects; proxied, also with what holds at the end of every run.
  public func run(_ scenario: Scenario, _ arm: Arm) -> ScenarioOutcome {
    let stage = SimulatedStage(scenario, arm, relay: relay, seed: seed, entriesMax: entriesMax)
    stage.patience = patience
    return ScenarioRun(scenario, on: stage).perform()
  }

  /// Runs it in both arms; nil when it is for one only.
  public func compare(_ scenario: Scenario) -> Comparison? {
    guard scenario.arms.contains(.direct), scenario.arms.contains(.proxied) else { return nil }
    return Comparison(scenario, direct: run(scenario, .direct), proxied: run(scenario, .proxied))
  }
}
