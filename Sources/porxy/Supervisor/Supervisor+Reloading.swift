import PorxyCore
import PorxyFaults
import PorxyRuntime
import PorxySocketIO

// Serving by another configuration, all of it or nothing (RELOAD).
extension Supervisor {
  /// Serves by the configuration as it is now in its file, or goes on as before (RELOAD).
  @discardableResult
  func reload(_ mailboxes: [Mailbox], by asker: String) -> ReloadOutcome {
    reports.note(.reloadBegan(by: asker))
    service?.reloadBegan()
    let outcome: ReloadOutcome
    do throws(ConfigurationSource.Refusal) {
      let (configuration, warnings) = try source.read()
      let next = try source.budget(for: configuration, keeping: budget)
      for warning in warnings { reports.note(.reloadWarning(place: warning.place, message: warning.message)) }
      if let failure = admin.prepare(configuration.admin, adminRoutes) {
        reports.note(.adminFailed(door: failure.place, reason: failure.reason))
        throw ConfigurationSource.Refusal(reason: "admin cannot listen on \(failure.place): \(failure.reason)")
      }
      shared.prepare(configuration)
      outcome = carryOut(configuration, next, mailboxes, warnings)
      if case .done = outcome { admin.commit() } else { admin.abandon() }
    } catch {
      for mistake in error.mistakes { reports.note(.reloadMistake(place: mistake.place, message: mistake.message)) }
      outcome = refuse(error, error.mistakes.first.map { "\($0.place): \($0.message)" })
    }
    life.note(outcome)
    return outcome
  }

  /// `mistake` is the first of those that are the reason.
  private func refuse(_ refusal: ConfigurationSource.Refusal, _ mistake: String? = nil) -> ReloadOutcome {
    reports.note(.reloadRefused(reason: refusal.reason))
    service?.reloadEnded(refusal: mistake ?? refusal.reason)
    return .refused(refusal)
  }

  /// Has all workers take the steps of the change, one after the other.
  private func carryOut(
    _ configuration: Configuration, _ nextBudget: DescriptorBudget, _ mailboxes: [Mailbox],
    _ warnings: [ConfigurationSource.Remark]
  ) -> ReloadOutcome {
    let (before, workers) = (shared.generation, budget.workers)
    var reload = Reload(to: configuration, workers: workers)
    var next = reload.first
    var isCancelled = false
    while true {  // bound: the steps, each answered once by each worker
      switch next {
      case .post(let step, let those):
        if step == .serve {
          shared.carryOut(sessionsMax: nextBudget.sessionsMax)
          faults?.reload(configuration.faults, at: SystemInfo.monotonicClock)
          Resolver.lookupsMax(nextBudget.lookupsMax)
        }
        for worker in those { mailboxes[worker].post(.reload(step)) }
      case .wait: break
      case .refused(let refusal):
        shared.finishReload(isDone: false)
        var reasons: [ConfigurationSource.Remark] = []
        if case .cannotListen(let failures) = refusal { reasons = note(failures, as: ProcessRecord.listenFailed) }
        return refuse(ConfigurationSource.Refusal(reason: refusal.text, mistakes: reasons))
      case .done(let failures):
        shared.finishReload(isDone: true)
        note(failures, as: ProcessRecord.listenSkipped)
        let keys = self.configuration.keysForStart(changedIn: configuration)
        for key in keys { reports.note(.needsRestart(key: key)) }
        reports.change(to: configuration.log)
        let (number, changes) = (shared.generation.number, shared.generation.changes(since: before))
        reports.note(.reloaded(generation: number, changes))
        service?.reloadEnded(refusal: nil)
        return .done(
          ReloadOutcome.Done(generation: number, changes: changes, needsRestart: keys, warnings: warnings))
      }
      switch nextProgress(isCancelled: isCancelled, mailboxes) {
      case .answer(let answer): next = reload.note(answer)
      case .stop:
        isCancelled = true
        next = reload.cancel() ?? .wait
      case nil:
        shared.finishReload(isDone: false)
        return .ended
      }
    }
  }

  /// What a reload goes on with.
  private enum Progress {
    case answer(Reload.Answer)
    /// A signal to stop has come, which what is only prepared does not keep waiting.
    case stop
  }

  /// Nil if there is nothing to wait for: a worker that has ended answers no more, and then all end; who asks twice for
  /// the end does not wait for one that hangs.
  private func nextProgress(isCancelled: Bool, _ mailboxes: [Mailbox]) -> Progress? {
    let stopsMax = life.readiness.isReady ? 1 : 0
    let progress = wait(mailboxes) { state -> Progress?? in
      let stops = state.signals.count(where: \.asksToStop) + state.commands.reduce(0) { $0 + $1.kind.stops }
      if stops > 0, !isCancelled { return .stop }
      if !state.answers.isEmpty { return .answer(state.answers.removeFirst()) }
      return state.workersEnded > 0 || stops > stopsMax ? .some(nil) : nil
    }
    return progress ?? nil
  }
}

extension Reload.Refusal {
  /// For a person.
  fileprivate var text: String {
    switch self {
    case .cannotListen: "a listener cannot listen"
    case .tooManyPlans:
      "too many configurations are still in use by sessions; end some of those that have lasted longest"
    case .cancelled: "porxy is stopping"
    }
  }
}
