import Glibc

/// The signals that porxy answers, taken by a thread of its own instead of by handlers.
package enum Signals {
  /// A signal that porxy answers.
  package enum Signal: String, Sendable {
    case terminate = "SIGTERM"
    case interrupt = "SIGINT"
    case hangUp = "SIGHUP"

    fileprivate var number: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .interrupt: SIGINT
      case .hangUp: SIGHUP
      }
    }

    fileprivate static let answered: [Signal] = [.terminate, .interrupt, .hangUp]
  }

  /// Keeps the answered signals from interrupting any thread, and makes a write to a closed connection or pipe an error
  /// instead of a death. To be called before there are other threads: they inherit it.
  package static func block() {
    signal(SIGPIPE, SIG_IGN)
    var set = answeredSet()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Begins to take the signals that `block()` holds back, on a new thread. False if there is no room for a thread.
  package static func watch(_ body: @escaping @Sendable (Signal) -> Void) -> Bool {
    WorkerThread.start("porxy-signals") {
      var set = answeredSet()
      while true {  // unbounded: until the process ends
        var number: Int32 = 0
        guard unsafe sigwait(&set, &number) == 0 else { continue }
        if let signal = Signal.answered.first(where: { $0.number == number }) { body(signal) }
      }
    }
  }

  private static func answeredSet() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for signal in Signal.answered { unsafe sigaddset(&set, signal.number) }
    return set
  }
}
