import PorxyCore
import PorxySocketIO

/// Starts the workers, waits for signals, and ends the process in order (STOP).
struct Supervisor {
  /// What the threads tell the supervisor.
  private struct State: Sendable {
    var starts: [Worker.Start] = []
    var workersEnded = 0
    var signals: [Signals.Signal] = []
  }

  private let configuration: Configuration
  private let budget: DescriptorBudget
  private let admission: Admission
  private let reports: Reports
  private let state = Monitor(State())

  /// How long a second signal may take to end the process.
  private static let patience = Duration.seconds(2)

  init(_ configuration: Configuration, _ budget: DescriptorBudget) {
    self.configuration = configuration
    self.budget = budget
    admission = Admission(configuration, sessionsMax: budget.sessionsMax, workers: budget.workers)
    reports = Reports(configuration, workers: budget.workers)
  }

  /// Proxies until told to stop; the result is the exit code.
  func run() -> ExitCode {
    let state = state
    let hasThreads = reports.start() && Signals.watch { signal in state.change { $0.signals.append(signal) } }
    guard hasThreads else { return complain("there is no room for a thread") }
    defer { reports.flush() }
    var mailboxes: [Mailbox] = []
    for worker in 0..<budget.workers {
      guard let mailbox = start(worker) else { return .failed }
      mailboxes.append(mailbox)
    }
    reports.note(
      .started(version: Version.current, workers: budget.workers, sessionsMax: admission.sessionsMax))
    return waitForEnd(mailboxes)
  }

  /// Starts a worker and waits until it serves; nil if it does not, which is told.
  private func start(_ worker: Int) -> Mailbox? {
    let (configuration, admission, reports, state) = (configuration, admission, reports, state)
    var options = EpollTransport.Options()
    options.probesPorts = worker == 0
    options.blockSize = configuration.limits.blockSize
    options.pipesMax = budget.pipesMax
    options.spin = configuration.spin.lifetime(
      workers: budget.workers, processors: Machine.processorCount, online: Machine.onlineProcessorCount)
    let isStarted = WorkerThread.start("porxy-\(worker)") { [options] in
      var formatter = reports.formatter()
      Worker.run(worker, configuration, admission, options) { start in
        state.change { $0.starts.append(start) }
      } log: { record in
        reports.note(record, worker: worker, by: &formatter)
      }
      state.change { $0.workersEnded += 1 }
    }
    guard isStarted else {
      _ = complain("there is no room for worker \(worker)")
      return nil
    }
    return mailbox(of: state.wait { $0.starts.count > worker ? $0.starts[worker] : nil }, worker)
  }

  private func mailbox(of start: Worker.Start, _ worker: Int) -> Mailbox? {
    switch start {
    case .serving(let mailbox, let missing):
      for failure in missing where worker == 0 { note(failure, as: ProcessRecord.listensWithout) }
      return mailbox
    case .refused(let failures):
      for failure in failures { note(failure, as: ProcessRecord.listenFailed) }
      return nil
    case .failed(let error):
      _ = complain("worker \(worker) cannot start: \(error.operation): \(error.failure.text)")
      return nil
    }
  }

  private func note(_ failure: ListenFailure, as record: (Int, Endpoint, String) -> ProcessRecord) {
    let holder = failure.error.failure == .addressInUse ? PortHolder.find(for: failure.endpoint) : nil
    let reason = ListenAdvice.reason(for: failure.error.failure, at: failure.endpoint, heldBy: holder)
    reports.note(record(failure.listener, failure.endpoint, reason))
  }

  private func complain(_ text: String) -> ExitCode {
    Output.complain(text)
    return .failed
  }

  /// The first signal lets sessions finish, the second ends them; both only return when the workers have ended.
  private func waitForEnd(_ mailboxes: [Mailbox]) -> ExitCode {
    var requests = [Request.drain, .stop][...]
    while let signal = nextSignal() {  // unbounded: as many signals as come
      guard signal != .hangUp else {
        reports.note(.ignored(signal: signal.rawValue))
        continue
      }
      guard let request = requests.popFirst() else { continue }
      reports.note(.told(signal: signal.rawValue, again: request == .stop))
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

  private func waitForStop() -> ExitCode {
    let workers = budget.workers
    let hasEnded: Bool? = state.wait(atMost: Self.patience) { $0.workersEnded == workers ? true : nil }
    guard hasEnded != nil else { return complain("a worker does not stop; ending without it") }
    reports.note(.stopped)
    return .failed
  }
}
