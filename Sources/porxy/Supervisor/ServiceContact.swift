import Glibc
import PorxyCore
import PorxyRuntime
import PorxySocketIO

/// The supervisor's contact to a service manager: sends what `ServiceNotices` and `Watchdog` say (sd_notify(3)).
///
/// For the supervisor's thread alone.
final class ServiceContact {
  private let socket: ServiceSocket
  private let reports: Reports
  private let shared: SharedState
  private let readiness: ProcessReadiness
  private var notices = ServiceNotices()
  private var watchdog: Watchdog?
  private var refusal: String?
  /// The longest drain time of all configurations so far: sessions keep that of theirs.
  private var drainMax = Duration.zero
  private var hasFailed = false

  init(over socket: ServiceSocket, _ shared: SharedState, _ readiness: ProcessReadiness, _ reports: Reports) {
    (self.socket, self.shared, self.readiness, self.reports) = (socket, shared, readiness, reports)
  }

  /// When `tend` is to be called next.
  var deadline: Instant { min(notices.deadline, watchdog?.deadline ?? .never) }

  /// All workers listen.
  func ready(workers: Int) {
    let now = SystemInfo.monotonicClock
    drainMax = shared.generation.configuration.drainMax
    watchdog = Watchdog(
      time: Program.environment("WATCHDOG_USEC"), process: Program.environment("WATCHDOG_PID"), own: getpid(),
      workers: workers, at: now)
    send(notices.ready(status, at: now))
  }

  func reloadBegan() {
    guard readiness.isReady else { return }
    send(notices.reloading(at: SystemInfo.monotonicClock))
  }

  /// `refusal` says why nothing has changed; nil if all workers serve by the new configuration.
  func reloadEnded(refusal: String?) {
    self.refusal = refusal
    drainMax = max(drainMax, shared.generation.configuration.drainMax)
    // A manager that waits for the end wants to hear of nothing else.
    guard readiness.isReady else { return }
    send(notices.ready(status, at: SystemInfo.monotonicClock))
  }

  /// Porxy accepts clients for `notice`, and drains then.
  func stopBegan(notice: Duration) {
    send(notices.stopping(status, within: notice + drainMax, at: SystemInfo.monotonicClock))
  }

  /// Sends what is due, and asks the workers where it is time.
  func tend(_ mailboxes: [Mailbox]) {
    let now = SystemInfo.monotonicClock
    if let message = notices.due(status, at: now) { send(message) }
    guard let number = watchdog?.ask(at: now), let owes = watchdog?.owes else { return }
    for (mailbox, owes) in zip(mailboxes, owes) where owes { mailbox.post(.ask(.ping, number: number)) }
  }

  /// A worker has answered.
  func note(answerTo inquiry: UInt32, of worker: Int) {
    if watchdog?.note(answerTo: inquiry, of: worker) == true { send("WATCHDOG=1") }
  }

  /// A worker has ended.
  func note(endOf worker: Int) {
    if watchdog?.note(endOf: worker) == true { send("WATCHDOG=1") }
  }

  private var status: ServiceNotices.Status {
    ServiceNotices.Status(
      state: readiness.state, sessions: shared.admission.count,
      listeners: shared.generation.configuration.listeners.count, refusal: refusal)
  }

  private func send(_ message: String) {
    guard let code = socket.send(message), !hasFailed else { return }
    hasFailed = true
    reports.note(.notifyFailed(error: ErrorText.of(code)))
  }
}
