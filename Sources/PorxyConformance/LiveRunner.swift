public import PorxySimulation

/// Runs scenarios on real sockets of this machine, driven step by step by the thread that calls it.
///
/// It sees the same steps in the same words as `ScenarioRunner` does on the simulated network: bytes are exact, chunks,
/// ports and times are not looked at.
public struct LiveRunner: Sendable {
  /// How long nothing must move through a proxy before it counts as being at rest.
  public var quiet: Duration
  /// The longest time that a scenario may spend in `wait`, and a step may ask for; what takes longer is simulated only.
  public var waitingMax: Duration
  /// How long a step waits for what it expects. With none, it sees what is there once the network is at rest.
  public var patience: Duration

  public init(
    quiet: Duration = .milliseconds(20), waitingMax: Duration = .seconds(15), patience: Duration = .seconds(2)
  ) {
    self.quiet = quiet
    self.waitingMax = waitingMax
    self.patience = patience
  }

  /// Why a scenario cannot be run in an arm; nil when it can.
  public func obstacle(to scenario: Scenario, in arm: LiveArm) -> SimulatedOnly? {
    Obstacles(scenario, arm, waitingMax: waitingMax).first.map { SimulatedOnly(reason: $0) }
  }

  /// Runs it and compares what is seen with what it expects; throws `SimulatedOnly` where it cannot be run, and
  /// `LiveFailure` where the machine does not give what it needs.
  public func run(_ scenario: Scenario, _ arm: LiveArm) throws -> ScenarioOutcome {
    if let obstacle = obstacle(to: scenario, in: arm) { throw obstacle }
    let stage = try LiveStage(scenario, arm, self)
    return ScenarioRun(scenario, on: stage).perform()
  }
}
