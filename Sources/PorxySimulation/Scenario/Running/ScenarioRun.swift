import PorxyCore

/// One run of a scenario in one arm, on the simulated network.
final class ScenarioRun {
  let scenario: Scenario
  let stage: Stage
  var outcome: ScenarioOutcome
  /// Records that `porxy tells` has not been compared with.
  var untold = 0

  /// How long a step's outcome may take where the scenario does not say.
  private static let patience = Duration.seconds(2)

  init(_ scenario: Scenario, _ arm: Arm, relay: RelayMode?, seed: Seed, entriesMax: Int) {
    self.scenario = scenario
    stage = Stage(scenario, arm, relay: relay, seed: seed)
    stage.network.trace.entriesMax = entriesMax
    outcome = ScenarioOutcome(scenario, arm)
  }

  var network: Network { stage.network }
  var cast: Cast { stage.cast }

  /// Runs it; `judges` says whether what is seen is compared with what is expected.
  func perform(judges: Bool = true) -> ScenarioOutcome {
    for index in scenario.steps.indices {
      let step = scenario.steps[index]
      if !step.isImmediate { stage.settle() }
      outcome.seen[index].action = play(step.action, index, step.within ?? Self.patience)
      takeOutcomes()
    }
    stage.settle()
    takeOutcomes()
    if judges { outcome.complaints += scenario.complaints(about: outcome.seen, in: stage.arm) }
    outcome.entries = network.trace.entries
    if !outcome.entries.isEmpty {
      outcome.ladder = Ladder(outcome.entries, middle: stage.porxy == nil ? nil : stage.porxyHost).text
    }
    closeDown()
    outcome.complaints += cast.flaws
    outcome.sessions = stage.porxy?.sessions ?? []
    outcome.elapsed = network.elapsed
    outcome.hash = network.trace.hash
    return outcome
  }

  /// Does what a step says, and answers what was seen.
  private func play(_ action: Action, _ index: Int, _ patience: Duration) -> Action {
    switch action {
    case .socket(let role, let action): return .socket(role, play(action, role, index, patience))
    case .host(let place, let action): play(action, at: place)
    case .listener(let action): return .listener(play(action, patience))
    case .network(let action): play(action)
    case .name(let action): play(action)
    case .porxy(let action): return .porxy(play(action, patience))
    case .wait(let duration): stage.advance(to: network.now + duration)
    case .settle: stage.settle()
    }
    return action
  }

  /// Writes down what became of sends that could not be done at once.
  private func takeOutcomes() {
    for (step, sent) in cast.outcomes {
      switch outcome.seen[step].action {
      case .socket(let role, .send(let count, _)): outcome.seen[step].action = .socket(role, .send(count, sent))
      case .socket(let role, .sendUrgent): outcome.seen[step].action = .socket(role, .sendUrgent(sent))
      default: break
      }
    }
    cast.outcomes = []
  }
}
