import PorxyAdmin
import PorxyCore
import PorxyFaults
import PorxyRecording
import PorxyRuntime
import PorxySocketIO

/// Starts the workers, waits for signals and commands, and ends the process in order (STOP).
struct Supervisor {
  /// What the threads tell the supervisor.
  struct State: Sendable {
    var starts: [Worker.Start] = []
    var workersEnded = 0
    var signals: [Signals.Signal] = []
    /// The file of the configuration has other contents.
    var fileHasChanged = false
    /// Of workers, to steps of a reload.
    var answers: [Reload.Answer] = []
    /// What the contact to the service manager has not heard yet.
    var news: [News] = []
    /// What was asked for by the admin socket.
    var commands: [AdminCommand] = []
    /// The end has come, and no command is taken any more.
    var hasEnded = false

    /// A reload that is asked for while another waits is that one.
    mutating func add(_ signal: Signals.Signal, max: Int) {
      guard signals.count < max, !(signal.asksToReload && signals.contains(signal)) else { return }
      signals.append(signal)
    }

    /// False where too many commands wait.
    mutating func add(_ command: AdminCommand) -> Bool {
      guard !hasEnded, commands.count < AdminCommand.waitingMax else { return false }
      commands.append(command)
      return true
    }
  }

  /// What workers tell of their health.
  enum News: Sendable {
    case answer(to: UInt32, worker: Int)
    case end(worker: Int)
  }

  /// What the supervisor waits for.
  private enum Event {
    case signal(Signals.Signal)
    case command(AdminCommand)
    case fileHasChanged
    case noticeIsOver
    case workersHaveEnded
  }

  let source: ConfigurationSource
  let configuration: Configuration
  let budget: DescriptorBudget
  let shared: SharedState
  /// What goes wrong on purpose; nil: the configuration of the start has no `faults`, and none can be added.
  let faults: SharedFaults?
  /// Of the configuration of the start; nil: nothing is recorded.
  private let recordings: RecentRecordings?
  let reports: Reports
  let state = Monitor(State())
  let life = ProcessLife()
  private let questions = WorkerQuestions()
  private let observatory: Observatory
  let admin: AdminThread
  /// Nil where no service manager wants to hear.
  let service: ServiceContact?

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
      configuration, sessionsMax: budget.sessionsMax, attemptsMax: budget.attemptsMax, workers: budget.workers,
      seed: .random(in: .min ... .max))
    faults = configuration.faults.map { SharedFaults($0) }
    recordings = configuration.record == .off ? nil : RecentRecordings()
    Resolver.lookupsMax(budget.lookupsMax)
    reports = Reports(configuration.log, workers: budget.workers)
    admin = AdminThread(questions, reports)
    observatory = Observatory(shared, life, reports, questions, workers: budget.workers)
    let (shared, readiness, reports) = (shared, life.readiness, reports)
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
    // It is there before the first client, and until the last session has ended.
    if let failure = admin.prepare(configuration.admin, adminRoutes) {
      return complain("admin cannot listen on \(failure.place): \(failure.reason)")
    }
    admin.commit()
    defer {
      answerRest()
      admin.end()
    }
    var mailboxes: [Mailbox] = []
    for worker in 0..<budget.workers {
      guard let mailbox = start(worker) else { return .failed }
      mailboxes.append(mailbox)
    }
    questions.serve(mailboxes)
    reports.note(
      .started(version: Version.current, workers: budget.workers, sessionsMax: shared.admission.sessionsMax))
    life.readiness.enter(.ready)
    service?.ready(workers: budget.workers)
    guard source.watch({ state.change { $0.fileHasChanged = true } }) else {
      return complain("cannot start a thread; \(Self.threadAdvice)")
    }
    return waitForEnd(mailboxes)
  }

  /// Starts a worker and waits until it serves; nil if it does not, which is told.
  private func start(_ worker: Int) -> Mailbox? {
    let (shared, reports, state, questions, observatory) = (shared, reports, state, questions, observatory)
    let (faults, recordings) = (faults, recordings)
    var options = EpollTransport.Options()
    options.probesPorts = worker == 0
    options.blockSize = configuration.limits.blockSize
    options.pipesMax = budget.pipesMax
    options.spin = configuration.spin.lifetime(
      workers: budget.workers, processors: SystemInfo.processorCount, online: SystemInfo.onlineProcessorCount)
    let isStarted = WorkerThread.start("porxy-\(worker)") { [options] in
      var formatter = reports.formatter()
      Worker.run(worker, shared, options, faults, recordings) { start in
        state.change { $0.starts.append(start) }
      } log: { record in
        reports.note(record, worker: worker, by: &formatter)
      } answer: { answer in
        switch answer {
        case .step(let step): state.change { $0.answers.append(step) }
        case .reply(_, to: let number, let worker) where Watchdog.asks(number):
          state.change { $0.news.append(.answer(to: number, worker: worker)) }
        case .reply(let reply, to: let number, let worker): questions.note(reply, to: number, worker: worker)
        case .ring(let worker): questions.ring(by: worker)
        }
      } ended: { meters in
        observatory.noteEnd(meters, of: worker)
      }
      questions.end(worker)
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

  @discardableResult
  func note(
    _ failures: [ListenFailure], as record: (String, Endpoint, String) -> ProcessRecord
  ) -> [ConfigurationSource.Remark] {
    var remarks: [ConfigurationSource.Remark] = []
    for (failure, further) in ListenFailure.grouped(failures) {
      let reason = ListenAdvice.reason(for: failure.error.failure, at: failure.endpoint)
      let others = further == 0 ? "" : " (and \(further) more \(further == 1 ? "port" : "ports") for the same reason)"
      reports.note(record(failure.listener, failure.endpoint, reason + others))
      remarks.append(
        ConfigurationSource.Remark("listener \(failure.listener)", "\(failure.endpoint): \(reason + others)"))
    }
    return remarks
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
        if life.readiness.state < .draining { reload(mailboxes, by: "watch") }
      case .command(let command):
        switch take(command, mailboxes) {
        case .goOn: break
        case .drain: noticeEnd = beginToStop(mailboxes)
        case .stop: return stop(mailboxes)
        }
      case .signal(let signal) where signal.asksToReload && life.readiness.state < .draining:
        reload(mailboxes, by: signal.name)
      case .signal(let signal) where !signal.asksToStop:
        if rarely.isDue(signal, at: .now) { reports.note(.ignored(signal: signal.name)) }
      case .signal(let signal):
        let isAgain = life.readiness.state > .ready
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
      if !state.commands.isEmpty { return .command(state.commands.removeFirst()) }
      defer { state.fileHasChanged = false }
      return state.fileHasChanged ? .fileHasChanged : nil
    }
    return event ?? .noticeIsOver
  }

  /// Waits until `body` has a result, but no longer than to `end`; nil if it had none by then. Meanwhile the service
  /// manager hears what it is to hear.
  func wait<Result>(
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
    life.readiness.enter(hasNotice ? .notice : .draining)
    service?.stopBegan(notice: notice)
    guard hasNotice else {
      drain(mailboxes)
      return .never
    }
    reports.note(.noticeBegan(lasts: notice))
    return SystemInfo.monotonicClock + notice
  }

  private func drain(_ mailboxes: [Mailbox]) {
    life.readiness.enter(.draining)
    for mailbox in mailboxes { mailbox.post(.drain) }
  }

  private func stop(_ mailboxes: [Mailbox]) -> ExitCode {
    let isFirst = life.readiness.isReady
    life.readiness.enter(.draining)
    // A command may stop porxy without a drain before.
    if isFirst { service?.stopBegan(notice: .zero) }
    for mailbox in mailboxes { mailbox.post(.stop) }
    return waitForStop()
  }

  // MARK: Commands

  /// What follows from a command.
  private enum Consequence {
    case goOn
    case drain
    case stop
  }

  /// Does what a command asks for, and answers.
  private func take(_ command: AdminCommand, _ mailboxes: [Mailbox]) -> Consequence {
    let isStopping = life.readiness.state > .ready
    switch command.kind {
    case .reload:
      let isPossible = life.readiness.state < .draining
      command.reply(isPossible ? .reload(reload(mailboxes, by: "admin")) : .tooLate)
      return .goOn
    case .drain:
      command.reply(.stopping)
      // Who asks to drain again does not mean to cut sessions, as a second signal does.
      guard !isStopping else { return .goOn }
      reports.note(.stopSignal(signal: "admin", again: false))
      return .drain
    case .stop:
      command.reply(.stopping)
      reports.note(.stopSignal(signal: "admin", again: isStopping))
      return .stop
    }
  }

  /// Answers the commands that came too late to be carried out.
  private func answerRest() {
    let rest = state.change { state in
      state.hasEnded = true
      defer { state.commands = [] }
      return state.commands
    }
    for command in rest { command.reply(command.kind == .reload ? .tooLate : .stopping) }
  }

  /// What can be asked of this process.
  func adminRoutes() -> [AdminRoute] {
    let (admin, state) = (admin, state)
    reports.ended.keep()
    return AdminEndpoints(
      shared: shared, source: source, life: life, reports: reports, questions: questions, observatory: observatory,
      recordings: recordings, workers: budget.workers, faults: faults,
      answer: { number, response in admin.answer(number, with: response) },
      order: { command in state.change { $0.add(command) } }
    ).routes
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
