import Glibc
import Synchronization

/// A line on a terminal that says how far a long command is, and out of whose way everything else is printed.
///
/// Without a terminal at the standard error output it says nothing.
final class Progress: Sendable {
  private struct Shown {
    /// Columns that are written on now.
    var width = 0
    var at: ContinuousClock.Instant
  }

  private let hasTerminal = isatty(STDERR_FILENO) == 1
  private let shown = Mutex(Shown(at: .now))

  private static let interval = Duration.seconds(1)

  /// Shows a text in place of the last one, unless that is younger than a second.
  func show(_ text: () -> String) {
    guard hasTerminal else { return }
    shown.withLock { shown in
      guard ContinuousClock.now - shown.at >= Self.interval else { return }
      // A line that goes over into the next one could not be taken away.
      let text = String(text().prefix(Self.columns - 1))
      Output.tell("\r" + text + String(repeating: " ", count: max(shown.width - text.count, 0)))
      shown = Shown(width: text.count, at: .now)
    }
  }

  /// Prints lines that were asked for, on lines of their own.
  func print(_ lines: String) {
    shown.withLock { shown in
      Self.clear(&shown)
      Output.print(lines)
    }
  }

  /// Says something that accompanies them, on a line of its own.
  func complain(_ text: String) {
    shown.withLock { shown in
      Self.clear(&shown)
      Output.complain(text)
    }
  }

  /// Takes the line away.
  func end() { shown.withLock { Self.clear(&$0) } }

  private static func clear(_ shown: inout Shown) {
    if shown.width > 0 { Output.tell("\r" + String(repeating: " ", count: shown.width) + "\r") }
    shown.width = 0
  }

  /// How wide the terminal is now.
  private static var columns: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}

/// How much of a long command is done, in what time, and what is left.
struct Pace {
  let done: Int
  /// nil: as many as the time allows.
  var total: Int?
  let elapsed: Duration
  /// The time that it may take; nil: as long as it needs.
  var limit: Duration?

  /// Such as "27709 of 300000 runs, 0 failed, 4618/s, 59 s left".
  func text(_ things: String, _ note: String? = nil) -> String {
    var parts = ["\(done)\(total.map { " of \($0)" } ?? "") \(things)"]
    if let note { parts.append(note) }
    let rate = Double(done) / max(elapsed / .seconds(1), 0.001)
    if done > 0 { parts.append(rate < 10 ? "\((rate * 10).rounded() / 10)/s" : "\(Int(rate))/s") }
    if let left { parts.append("\(Self.text(of: left)) left") }
    return parts.joined(separator: ", ")
  }

  /// The time until all is done or the time is up, at the pace so far; nil where that cannot be known.
  private var left: Duration? {
    let byTime = limit.map { max($0 - elapsed, .zero) }
    guard let total, done > 0 else { return byTime }
    let byCount = elapsed * (Double(max(total - done, 0)) / Double(done))
    return min(byCount, byTime ?? byCount)
  }

  /// A time in the units that a person would name, rounded up.
  static func text(of time: Duration) -> String {
    let seconds = Int((time / .seconds(1)).rounded(.up))
    let minutes = (seconds + 59) / 60
    if seconds < 60 { return "\(seconds) s" }
    return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
