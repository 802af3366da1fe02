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
    /// The file of the configuration has other contents.
    var fileHasChanged = false
    /// Of workers, to steps of a reload.
    var answers: [Reload.Answer] = []
    /// What the contact to the service manager has not heard yet.
    var news: [News] = []

    /// A reload that is asked for while another waits is that one.
    mutating func add(_ signal: Signals.Signal, max: Int) {
      guard signals.count < max, !(signal.asksToReload && signals.contains(signal)) else { return }
      signals.append(signal)
    }
  }

  /// What workers tell of their health.
  private enum News: Sendable {
    case answer(to: UInt32, worker: Int)
    case end(worker: Int)
  }

  /// What the supervisor waits for.
  private enum Event {
    case signal(Signals.Signal)
    case fileHasChanged
    case noticeIsOver
    case workersHaveEnded
  }

  private let source: ConfigurationSource
  private let configuration: Configuration
  private let budget: DescriptorBudget
  private let shared: SharedState
  private let reports: Reports
  private let state = Monitor(State())
  let readiness = ProcessReadiness()
  /// Nil where no service manager wants to hear.
  private let service: ServiceContact?

  /// How long a second signal may take to end the process.
  private static let patience = Duration.seconds(2)
  /// How many signals may wait to be answered; further ones are dropped.
  private static let signalsMax = 64
  private static let threadAdvice =
    "check the limits on processes (ulimit -u, TasksMax= of the service) and on memory"

  /// Of a configuration that was read from there; the service manager, if there is one, hears over the socket.
  init(
    _ configuration: Configuration, from source: ConfigurationSource, _ budget: DescriptorBudget,
    servedBy socket: ServiceSocket?
  ) {
    self.source = source
    self.configuration = configuration
    self.budget = budget
    shared = SharedState(
      configuration, sessionsMax: budget.sessionsMax, attemptsMax: budget.attemptsMax, workers: budget.workers)
    Resolver.lookupsMax(budget.lookupsMax)
    reports = Reports(configuration.log, workers: budget.workers)
    let (shared, readiness, reports) = (shared, readiness, reports)
    service = socket.map { ServiceContact(over: $0, shared, readiness, reports) }
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
    readiness.enter(.ready)
    service?.ready(workers: budget.workers)
    guard source.watch({ state.change { $0.fileHasChanged = true } }) else {
      return complain("cannot start a thread; \(Self.threadAdvice)")
    }
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
        state.change { state in
          switch answer {
          case .step(let step): state.answers.append(step)
          case .reply(.alive, to: let number, let worker): state.news.append(.answer(to: number, worker: worker))
          }
        }
      }
      state.change { state in
        state.workersEnded += 1
        state.news.append(.end(worker: worker))
      }
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
    var noticeEnd = Instant.never
    var rarely = SignalNotes()
    while true {  // unbounded: as many signals as come
      switch nextEvent(until: noticeEnd, mailboxes) {
      case .workersHaveEnded:
        reports.note(.stopped)
        return .stopped
      case .noticeIsOver:
        noticeEnd = .never
        drain(mailboxes)
      case .fileHasChanged:
        if readiness.state < .draining { reload(mailboxes, by: "watch") }
      case .signal(let signal) where signal.asksToReload && readiness.state < .draining:
        reload(mailboxes, by: signal.name)
      case .signal(let signal) where !signal.asksToStop:
        if rarely.isDue(signal, at: .now) { reports.note(.ignored(signal: signal.name)) }
      case .signal(let signal):
        let isAgain = readiness.state > .ready
        reports.note(.stopSignal(signal: signal.name, again: isAgain))
        guard !isAgain else { return stop(mailboxes) }
        noticeEnd = beginToStop(mailboxes)
      }
    }
  }

  private func nextEvent(until noticeEnd: Instant, _ mailboxes: [Mailbox]) -> Event {
    let workers = budget.workers
    let event = wait(until: noticeEnd, mailboxes) { state -> Event? in
      if state.workersEnded == workers { return .workersHaveEnded }
      if !state.signals.isEmpty { return .signal(state.signals.removeFirst()) }
      defer { state.fileHasChanged = false }
      return state.fileHasChanged ? .fileHasChanged : nil
    }
    return event ?? .noticeIsOver
  }

  /// Waits until `body` has a result, but no longer than to `end`; nil if it had none by then. Meanwhile the service
  /// manager hears what it is to hear.
  private func wait<Result>(
    until end: Instant = .never, _ mailboxes: [Mailbox], for body: (inout State) -> Result?
  ) -> Result? {
    guard let service else { return state.wait(until: end, for: body) }
    while true {  // bound: `end`, or what `body` waits for
      service.tend(mailboxes)
      var result: Result?
      var news: [News] = []
      _ = state.wait(until: min(end, service.deadline)) { state -> Bool? in
        result = body(&state)
        swap(&news, &state.news)
        return result == nil && news.isEmpty ? nil : true
      }
      for one in news {
        switch one {
        case .answer(let inquiry, let worker): service.note(answerTo: inquiry, of: worker)
        case .end(let worker): service.note(endOf: worker)
        }
      }
      if let result { return result }
      if SystemInfo.monotonicClock >= end { return nil }
    }
  }

  /// Drains at once, or lets clients come for a while; when that is over then.
  private func beginToStop(_ mailboxes: [Mailbox]) -> Instant {
    let notice = shared.generation.configuration.notice
    let hasNotice = notice > .zero
    readiness.enter(hasNotice ? .notice : .draining)
    service?.stopBegan(notice: notice)
    guard hasNotice else {
      drain(mailboxes)
      return .never
    }
    reports.note(.noticeBegan(lasts: notice))
    return SystemInfo.monotonicClock + notice
  }

  private func drain(_ mailboxes: [Mailbox]) {
    readiness.enter(.draining)
    for mailbox in mailboxes { mailbox.post(.drain) }
  }

  private func stop(_ mailboxes: [Mailbox]) -> ExitCode {
    readiness.enter(.draining)
    for mailbox in mailboxes { mailbox.post(.stop) }
    return waitForStop()
  }

  // MARK: Reload

  /// Serves by the configuration as it is now in its file, or goes on as before (RELOAD).
  private func reload(_ mailboxes: [Mailbox], by signal: String) {
    reports.note(.reloadBegan(by: signal))
    service?.reloadBegan()
    do throws(ConfigurationSource.Refusal) {
      let (configuration, warnings) = try source.read()
      let next = try source.budget(for: configuration, keeping: budget)
      for warning in warnings { reports.note(.reloadWarning(place: warning.place, message: warning.message)) }
      shared.prepare(configuration)
      carryOut(configuration, next, mailboxes)
    } catch {
      for mistake in error.mistakes { reports.note(.reloadMistake(place: mistake.place, message: mistake.message)) }
      refuse(error.reason, error.mistakes.first.map { "\($0.place): \($0.message)" })
    }
  }

  /// `mistake` is the first of those that are the reason.
  private func refuse(_ reason: String, _ mistake: String? = nil) {
    reports.note(.reloadRefused(reason: reason))
    service?.reloadEnded(refusal: mistake ?? reason)
  }

  /// Has all workers take the steps of the change, one after the other.
  private func carryOut(_ configuration: Configuration, _ nextBudget: DescriptorBudget, _ mailboxes: [Mailbox]) {
    let (before, workers) = (shared.generation, budget.workers)
    var reload = Reload(to: configuration, workers: workers)
    var next = reload.first
    var isCancelled = false
    while true {  // bound: the steps, each answered once by each worker
      switch next {
      case .post(let step, let those):
        if step == .serve {
          shared.carryOut(sessionsMax: nextBudget.sessionsMax)
          Resolver.lookupsMax(nextBudget.lookupsMax)
        }
        for worker in those { mailboxes[worker].post(.reload(step)) }
      case .wait: break
      case .refused(let refusal):
        shared.finishReload(isDone: false)
        if case .cannotListen(let failures) = refusal { note(failures, as: ProcessRecord.listenFailed) }
        return refuse(refusal.text)
      case .done(let failures):
        shared.finishReload(isDone: true)
        note(failures, as: ProcessRecord.listenSkipped)
        for key in self.configuration.keysForStart(changedIn: configuration) { reports.note(.needsRestart(key: key)) }
        reports.change(to: configuration.log)
        let after = shared.generation
        reports.note(.reloaded(generation: after.number, after.changes(since: before)))
        service?.reloadEnded(refusal: nil)
        return
      }
      switch nextProgress(isCancelled: isCancelled, mailboxes) {
      case .answer(let answer): next = reload.note(answer)
      case .stop:
        isCancelled = true
        next = reload.cancel() ?? .wait
      case nil: return shared.finishReload(isDone: false)
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
    let stopsMax = readiness.isReady ? 1 : 0
    let progress = wait(mailboxes) { state -> Progress?? in
      let stops = state.signals.count(where: \.asksToStop)
      if stops > 0, !isCancelled { return .stop }
      if !state.answers.isEmpty { return .answer(state.answers.removeFirst()) }
      return state.workersEnded > 0 || stops > stopsMax ? .some(nil) : nil
    }
    return progress ?? nil
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
