import PorxyCore

/// One run of a scenario on one stage.
package final class ScenarioRun<Stage: ScenarioStage> {
  let scenario: Scenario
  let stage: Stage
  var outcome: ScenarioOutcome

  package init(_ scenario: Scenario, on stage: Stage) {
    self.scenario = scenario
    self.stage = stage
    outcome = ScenarioOutcome(scenario, stage.arm)
  }

  var calls: Stage.Calls { stage.calls }
  var cast: Cast { stage.cast }

  /// Runs it; `judges` says whether what is seen is compared with what is expected.
  package func perform(judges: Bool = true) -> ScenarioOutcome {
    for index in scenario.steps.indices {
      let step = scenario.steps[index]
      if !step.isImmediate { stage.settle() }
      stage.begin(index)
      outcome.seen[index].action = play(step.action, index, step.within ?? stage.patience)
      stage.end(index)
      takeOutcomes()
    }
    stage.settle()
    takeOutcomes()
    if judges { outcome.complaints += scenario.complaints(about: outcome.seen, in: stage.arm) }
    stage.close(&outcome)
    return outcome
  }

  /// Does what a step says, and answers what was seen.
  private func play(_ action: Action, _ index: Int, _ patience: Duration) -> Action {
    switch action {
    case .socket(let role, let action): return .socket(role, play(action, role, index, patience))
    case .host(let place, let action): stage.play(action, at: place)
    case .listener(let action): return .listener(play(action, patience))
    case .network(let action): stage.play(action)
    case .name(let action): stage.play(action)
    case .porxy(let action): return .porxy(stage.play(action, patience))
    case .wait(let duration): stage.advance(by: duration)
    case .settle: stage.settle()
    }
    return action
  }

  private func play(_ action: ListenerAction, _ patience: Duration) -> ListenerAction {
    switch action {
    case .listen: stage.listen()
    case .stopListening: stage.stopListening()
    case .has(let count):
      stage.wait(patience) { cast.servers.count >= Int(count) }
      return .has(connections: UInt64(cast.servers.count))
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
