import CPorxyLinux
import Glibc

/// The signals that porxy answers, taken by a thread of its own instead of by handlers.
///
/// They are blocked in all threads, so that neither their default action nor a handler of the Swift runtime, which has
/// one for SIGQUIT, ever meets them. And they are read from a descriptor: a thread that waits in sigwait(3) does not
/// seem to block them. The runtime stops each thread for a backtrace by the first of SIGUSR1, SIGUSR2 and SIGPROF that
/// it does not block, and would wait for that thread for ever.
package enum Signals {
  /// A signal that porxy answers.
  package struct Signal: Sendable, Hashable {
    package let number: Int32

    package init(_ number: Int32) {
      self.number = number
    }

    /// Whether it asks for the configuration to be read again.
    package var asksToReload: Bool { number == SIGHUP }

    /// Whether it asks for the end.
    package var asksToStop: Bool { Signals.stopping.contains { $0.number == number } }

    /// As `kill -l` has it.
    package var name: String {
      if let named = (Signals.stopping + Signals.harmless).first(where: { $0.number == number }) {
        return named.name
      }
      return number == Signals.realTime.lowerBound ? "SIGRTMIN" : "SIGRTMIN+\(number - Signals.realTime.lowerBound)"
    }
  }

  /// Which signals a command answers.
  package enum Kind {
    /// Those that ask for the end.
    case stopping
    /// Those that do not ask for the end, though it is their default action: most have no meaning here.
    case harmless
    case all
    /// Those that end what has a terminal for itself, and those that tell of the terminal.
    case viewing

    fileprivate var numbers: [Int32] {
      switch self {
      case .stopping: Signals.stopping.map(\.number)
      case .harmless: Signals.harmless.map(\.number) + Signals.realTime
      case .all: Kind.stopping.numbers + Kind.harmless.numbers
      case .viewing: Kind.stopping.numbers + [SIGHUP, SIGWINCH, SIGCONT]
      }
    }
  }

  private static let stopping: [(name: String, number: Int32)] = [
    ("SIGTERM", SIGTERM), ("SIGINT", SIGINT), ("SIGQUIT", SIGQUIT),
  ]

  private static let harmless: [(name: String, number: Int32)] = [
    ("SIGHUP", SIGHUP), ("SIGUSR1", SIGUSR1), ("SIGUSR2", SIGUSR2), ("SIGALRM", SIGALRM), ("SIGVTALRM", SIGVTALRM),
    ("SIGIO", SIGIO), ("SIGPWR", SIGPWR), ("SIGSTKFLT", SIGSTKFLT), ("SIGXCPU", SIGXCPU),
    ("SIGXFSZ", SIGXFSZ),
  ]

  /// Those that the C library leaves to programs.
  private static let realTime = porxy_first_real_time_signal()...porxy_last_real_time_signal()

  /// Keeps signals from interrupting any thread. To be called before there are other threads: they inherit it.
  package static func block(_ kind: Kind) {
    var set = set(of: kind)
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Takes a `block` back.
  package static func unblock(_ kind: Kind) {
    var set = set(of: kind)
    unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Ignores without a word what a write to a closed connection sends, which is an error instead of a death, and what
  /// timers of a profiler send.
  ///
  /// SIGPROF is not blocked as others are, because the Swift runtime stops threads with it for a backtrace.
  package static func ignoreQuietly() {
    for number in [SIGPIPE, SIGPROF] { signal(number, SIG_IGN) }
  }

  /// For all commands: SIGQUIT has its default action back, which the Swift runtime takes for a crash, and a write
  /// behind the size that a file may have is an error.
  package static func prepare() {
    signal(SIGQUIT, SIG_DFL)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// What `watch` opens.
  package static let descriptorCount = 1

  /// Begins to take signals that `block` holds back, on a new thread. False if there is no room for a thread.
  package static func watch(_ kind: Kind, _ body: @escaping @Sendable (Signal) -> Void) -> Bool {
    WorkerThread.start("porxy-signals") {
      var set = set(of: kind)
      let source = unsafe porxy_signal_source(&set)
      while true {  // unbounded: until the process ends
        let number = unsafe porxy_take_signal(source, &set)
        if number > 0 { body(Signal(number)) }
      }
    }
  }

  private static func set(of kind: Kind) -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in kind.numbers { unsafe sigaddset(&set, number) }
    return set
  }
}
