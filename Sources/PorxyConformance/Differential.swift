public import PorxySimulation

/// Holds the simulated network against the running kernel, over scenarios drawn from seeds.
public struct Differential: Sendable {
  /// How real sockets are driven: what is seen at rest counts, whatever is expected.
  private let runner: LiveRunner
  /// A difference has to show so often before it counts: the machine may have been too busy to come to rest.
  private static let triesMax = 3
  /// Real sockets take real time.
  private static let shrinkingMax = Duration.seconds(10)

  /// `isCancelled` is asked while something waits: once it says yes, what is told means nothing.
  public init(isCancelled: @escaping @Sendable () -> Bool = { false }) {
    runner = LiveRunner(patience: .zero, isCancelled: isCancelled)
  }

  /// The scenario of a seed.
  public func scenario(_ seed: Seed) -> Scenario { DrawnDirectScenario.draw(seed) }

  /// The first step that the two kernels see otherwise in a seed's scenario, shrunk to what matters; nil when they
  /// agree.
  public func divergence(_ seed: Seed) throws -> Divergence? {
    let scenario = scenario(seed)
    guard try divergence(in: scenario) != nil else { return nil }
    let start = ContinuousClock.now
    let least = scenario.shrunk { candidate in
      guard ContinuousClock.now - start < Self.shrinkingMax, !runner.isCancelled() else { return false }
      return (try? divergence(in: candidate)).flatMap { $0 } != nil
    }
    return try divergence(in: least) ?? divergence(in: scenario)
  }

  /// Runs a scenario on both; nil when they agree.
  public func divergence(in scenario: Scenario) throws -> Divergence? {
    var simulation = ScenarioRunner()
    // Connecting takes as long as a segment each way.
    simulation.patience = .milliseconds(10)
    let simulated = simulation.run(scenario, .direct)
    var found: Divergence?
    for _ in 0..<Self.triesMax {
      let kernel = try runner.run(scenario, .kernel)
      found = Divergence(scenario, kernel: kernel, simulated: simulated)
      guard found != nil else { return nil }
    }
    return found
  }
}

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
