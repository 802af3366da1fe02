import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// Starts the workers, waits for signals, and ends the process in order (STOP).
struct Supervisor {
  /// What the threads tell the supervisor.
  private struct State: Sendable {
    var starts: [Worker.Start] = []
    var workersEnded = 0
    var signals: [Signals.Signal] = []
    /// Of workers, to steps of a reload.
    var answers: [Reload.Answer] = []

    /// A reload that is asked for while another waits is that one.
    mutating func add(_ signal: Signals.Signal, max: Int) {
      guard signals.count < max, !(signal.asksToReload && signals.contains(signal)) else { return }
      signals.append(signal)
    }
  }

  private let source: ConfigurationSource
  private let configuration: Configuration
  private let budget: DescriptorBudget
  private let shared: SharedState
  private let reports: Reports
  private let state = Monitor(State())

  /// How long a second signal may take to end the process.
  private static let patience = Duration.seconds(2)
  /// How many signals may wait to be answered; further ones are dropped.
  private static let signalsMax = 64
  private static let threadAdvice =
    "check the limits on processes (ulimit -u, TasksMax= of the service) and on memory"

  /// Of a configuration that was read from there.
  init(_ configuration: Configuration, from source: ConfigurationSource, _ budget: DescriptorBudget) {
    self.source = source
    self.configuration = configuration
    self.budget = budget
    shared = SharedState(
      configuration, sessionsMax: budget.sessionsMax, attemptsMax: budget.attemptsMax, workers: budget.workers)
    Resolver.lookupsMax(budget.lookupsMax)
    reports = Reports(configuration.log, workers: budget.workers)
  }

  /// Proxies until told to stop; the result is the exit code.
  func run() -> ExitCode {
    let state = state
    let hasThreads =
      reports.start()
      && Signals.watch(.all) { signal in
        state.change { $0.add(signal, max: Self.signalsMax) }
      }
    guard hasThreads else { return complain("cannot start a thread; \(Self.threadAdvice)") }
    defer { reports.flush() }
    var mailboxes: [Mailbox] = []
    for worker in 0..<budget.workers {
      guard let mailbox = start(worker) else { return .failed }
      mailboxes.append(mailbox)
    }
    reports.note(
      .started(version: Version.current, workers: budget.workers, sessionsMax: shared.admission.sessionsMax))
    return waitForEnd(mailboxes)
  }

  /// Starts a worker and waits until it serves; nil if it does not, which is told.
  private func start(_ worker: Int) -> Mailbox? {
    let (shared, reports, state) = (shared, reports, state)
    var options = EpollTransport.Options()
    options.probesPorts = worker == 0
    options.blockSize = configuration.limits.blockSize
    options.pipesMax = budget.pipesMax
    options.spin = configuration.spin.lifetime(
      workers: budget.workers, processors: SystemInfo.processorCount, online: SystemInfo.onlineProcessorCount)
    let isStarted = WorkerThread.start("porxy-\(worker)") { [options] in
      var formatter = reports.formatter()
      Worker.run(worker, shared, options) { start in
        state.change { $0.starts.append(start) }
      } log: { record in
        reports.note(record, worker: worker, by: &formatter)
      } answer: { answer in
        state.change { if case .step(let step) = answer { $0.answers.append(step) } }
      }
      state.change { $0.workersEnded += 1 }
    }
    guard isStarted else {
      _ = complain("cannot start a thread for worker \(worker); \(Self.threadAdvice)")
      return nil
    }
    return mailbox(of: state.wait { $0.starts.count > worker ? $0.starts[worker] : nil }, worker)
  }

  private func mailbox(of start: Worker.Start, _ worker: Int) -> Mailbox? {
    switch start {
    case .serving(let mailbox, let missing):
      if worker == 0 { note(missing, as: ProcessRecord.listenSkipped) }
      return mailbox
    case .refused(let failures):
      note(failures, as: ProcessRecord.listenFailed)
      return nil
    case .failed(let error):
      _ = complain("worker \(worker) cannot start: \(error.operation): \(error.failure.text)")
      return nil
    }
  }

  private func note(_ failures: [ListenFailure], as record: (String, Endpoint, String) -> ProcessRecord) {
    for (failure, further) in ListenFailure.grouped(failures) {
      let reason = ListenAdvice.reason(for: failure.error.failure, at: failure.endpoint)
      let others = further == 0 ? "" : " (and \(further) more \(further == 1 ? "port" : "ports") for the same reason)"
      reports.note(record(failure.listener, failure.endpoint, reason + others))
    }
  }

  private func complain(_ text: String) -> ExitCode {
    Output.complain(text)
    return .failed
  }

  // MARK: Signals

  /// The first signal lets sessions finish, the second ends them; both only return when the workers have ended.
  private func waitForEnd(_ mailboxes: [Mailbox]) -> ExitCode {
    var requests = [ControlRequest.drain, .stop][...]
    var rarely = SignalNotes()
    while let signal = nextSignal() {  // unbounded: as many signals as come
      if signal.asksToReload, requests.count == 2 {
        reload(mailboxes, by: signal.name)
        continue
      }
      guard signal.asksToStop else {
        if rarely.isDue(signal, at: .now) { reports.note(.ignored(signal: signal.name)) }
        continue
      }
      guard let request = requests.popFirst() else { continue }
      reports.note(.stopSignal(signal: signal.name, again: request == .stop))
      for mailbox in mailboxes { mailbox.post(request) }
      if request == .stop { return waitForStop() }
    }
    reports.note(.stopped)
    return .stopped
  }

  /// The next signal; nil when all workers have ended.
  private func nextSignal() -> Signals.Signal? {
    let workers = budget.workers
    return state.wait { state -> Signals.Signal?? in
      if !state.signals.isEmpty, state.workersEnded < workers { return state.signals.removeFirst() }
      return state.workersEnded == workers ? .some(nil) : nil
    }
  }

  // MARK: Reload

  /// Serves by the configuration as it is now in its file, or goes on as before (RELOAD).
  private func reload(_ mailboxes: [Mailbox], by signal: String) {
    reports.note(.reloadBegan(by: signal))
    do throws(ConfigurationSource.Refusal) {
      let (configuration, warnings) = try source.read()
      let next = try source.budget(for: configuration, keeping: budget)
      for warning in warnings { reports.note(.reloadWarning(place: warning.place, message: warning.message)) }
      shared.prepare(configuration)
      carryOut(configuration, next, mailboxes)
    } catch {
      for mistake in error.mistakes { reports.note(.reloadMistake(place: mistake.place, message: mistake.message)) }
      reports.note(.reloadRefused(reason: error.reason))
    }
  }

  /// Has all workers take the steps of the change, one after the other.
  private func carryOut(_ configuration: Configuration, _ nextBudget: DescriptorBudget, _ mailboxes: [Mailbox]) {
    let (before, workers) = (shared.generation, budget.workers)
    var reload = Reload(to: configuration, workers: workers)
    var next = reload.first
    while true {  // bound: the steps, each answered once by each worker
      switch next {
      case .post(let step, let those):
        if step == .serve {
          shared.carryOut(sessionsMax: nextBudget.sessionsMax)
          Resolver.lookupsMax(nextBudget.lookupsMax)
        }
        for worker in those { mailboxes[worker].post(.reload(step)) }
      case .wait: break
      case .refused(let failures):
        shared.finishReload(isDone: false)
        note(failures, as: ProcessRecord.listenFailed)
        return reports.note(.reloadRefused(reason: "a listener cannot listen"))
      case .done(let failures):
        shared.finishReload(isDone: true)
        note(failures, as: ProcessRecord.listenSkipped)
        for key in self.configuration.keysForStart(changedIn: configuration) { reports.note(.needsRestart(key: key)) }
        reports.change(to: configuration.log)
        let after = shared.generation
        return reports.note(.reloaded(generation: after.number, after.changes(since: before)))
      }
      // A worker that has ended answers no more, and then all end; whoever asks twice for the end does not wait for one
      // that hangs.
      let answer = state.wait { state -> Reload.Answer?? in
        if !state.answers.isEmpty { return state.answers.removeFirst() }
        return state.workersEnded > 0 || state.signals.count(where: \.asksToStop) > 1 ? .some(nil) : nil
      }
      guard let answer else { return shared.finishReload(isDone: false) }
      next = reload.note(answer)
    }
  }

  private func waitForStop() -> ExitCode {
    let workers = budget.workers
    let hasEnded: Bool? = state.wait(atMost: Self.patience) { $0.workersEnded == workers ? true : nil }
    guard hasEnded != nil else {
      return complain("a worker did not stop within \(Self.patience.components.seconds) s; exiting anyway")
    }
    reports.note(.stopped)
    return .failed
  }
}

/// When each signal was last told of: once a second at most.
struct SignalNotes {
  private var told: [(signal: Signals.Signal, at: ContinuousClock.Instant)] = []

  /// Whether a signal that came now is to be told of; it counts as told then.
  mutating func isDue(_ signal: Signals.Signal, at now: ContinuousClock.Instant) -> Bool {
    // As many as there are signals, at most.
    told.removeAll { now - $0.at >= .seconds(1) }
    guard !told.contains(where: { $0.signal == signal }) else { return false }
    told.append((signal, now))
    return true
  }
}
