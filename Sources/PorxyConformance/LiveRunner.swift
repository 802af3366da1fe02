public import PorxySimulation

/// Where a scenario runs on real sockets.
public enum LiveArm: Sendable {
  /// Clients and the server talk to each other over loopback.
  case kernel
  /// They talk through a proxy.
  case proxied(LiveProxy)
}

/// Why the peers of a scenario could not be set up on this machine.
public struct LiveFailure: Error, Sendable, CustomStringConvertible {
  /// What was tried, and how the kernel answered.
  public let description: String
}

/// Why a scenario cannot be run on real sockets.
public struct SimulatedOnly: Error, Sendable, Equatable, CustomStringConvertible {
  public let reason: String

  public var description: String { "simulated only: \(reason)" }
}

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
  /// Asked while a run waits: once it says yes, nothing waits any more, and what is seen means nothing.
  public var isCancelled: @Sendable () -> Bool

  public init(
    quiet: Duration = .milliseconds(20), waitingMax: Duration = .seconds(15), patience: Duration = .seconds(2),
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.quiet = quiet
    self.waitingMax = waitingMax
    self.patience = patience
    self.isCancelled = isCancelled
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
