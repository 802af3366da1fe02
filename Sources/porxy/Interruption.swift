import Glibc
import PorxyRuntime
import Synchronization

/// Lets Ctrl-C and its like end a long command in order: what it has found by then is printed.
///
/// A second signal ends the process at once, unless it comes within a second: a shell and a program around this one may
/// both pass on what was typed once.
enum Interruption {
  private static let number = Atomic<Int32>(0)

  /// The signal that asked for the end; nil before.
  static var signal: Signals.Signal? {
    let signal = number.load(ordering: .relaxed)
    return signal == 0 ? nil : Signals.Signal(signal)
  }

  /// Whether the command is to come to its end.
  static var isAsked: Bool { number.load(ordering: .relaxed) != 0 }

  /// Begins to watch for signals; to be called before there are other threads. Without room for a thread they end the
  /// process as usual.
  static func watch() {
    Signals.block(.stopping)
    let firstAt = Mutex<ContinuousClock.Instant?>(nil)
    let isWatching = Signals.watch(.stopping) { signal in
      number.store(signal.number, ordering: .relaxed)
      firstAt.withLock { first in
        guard let begun = first else { return first = .now }
        if .now - begun > .seconds(1) { _exit(ExitCode.interrupted(by: signal).rawValue) }
      }
    }
    if !isWatching { Signals.unblock(.stopping) }
  }

  /// What a command ends with that was not interrupted, or else what that makes of it.
  static func code(_ code: ExitCode) -> ExitCode { signal.map { .interrupted(by: $0) } ?? code }
}
