import CPorxyVersion
import PorxyRuntime

/// A term and what the help says of it.
struct HelpEntry: Sendable {
  let term: String
  let text: String

  init(_ term: String, _ text: String) {
    self.term = term
    self.text = text
  }

  /// Its first sentence, for a list at a glance.
  var short: HelpEntry { HelpEntry(term, text.prefix { $0 != "." } + ".") }
}

/// What the help says of porxy or of one of its commands; no line is wider than a terminal of 80 columns.
struct Help {
  let purpose: String
  let usage: [String]
  /// What a reader has to know besides, in paragraphs.
  let notes: [String]
  let options: [HelpEntry]
  let exitCodes: [HelpEntry]
  let examples: [HelpEntry]

  static let columns = 80
  /// Where the texts of options begin.
  private static let indent = 22

  /// The options of all commands.
  static let options = [
    HelpEntry("--help", "Print this help. -h does the same."),
    HelpEntry("--version", "Print the version. -V does the same."),
  ]

  /// The help of a command; nil: porxy's own.
  static func text(of command: CommandName?) -> String {
    switch command {
    case .run: run.text
    case .check: check.text
    case .status: status.text
    case .reload: reload.text
    case .drain: drain.text
    case .logLevel: logLevel.text
    case .events: events.text
    case .sessions: sessions.text
    case .session: session.text
    case .record: record.text
    case .listener: listener.text
    case .endpoint: endpoint.text
    case .faults: faults.text
    case .simulate: simulate.text
    case .replay: replay.text
    case .conform: conform.text
    case .top: top.text
    case .toxiproxy: toxiproxy.text
    case nil, .help, .version: overview
    }
  }

  /// What `porxy --help` says; it fits a screen of 80 by 24.
  private static var overview: String {
    """
    porxy - a transparent TCP proxy: client and server do not notice it

    Usage:
      porxy [run] [OPTIONS], or porxy COMMAND [OPTIONS]
    Commands:
      run                   Proxy until a signal; the default.
      check                 Say whether a configuration is right.
      status                Say how a running porxy is.
      reload                Have a running porxy read its configuration again.
      drain                 Have a running porxy stop once its sessions are over.
      log-level LEVEL       Have a running porxy log more or less.
      top                   Show what a running porxy does, again and again.
      events                Print what happens in a running porxy.
      sessions, session     List the sessions of a running porxy, or end one.
      record                Write a session as a run that can be replayed.
      listener, endpoint    Pause a listener, or drain an endpoint of a backend.
      faults                Have things go wrong on purpose, or look what does.
      simulate              Test porxy on a simulated network with faults.
      replay                Show a saved run or a scenario, step by step.
      conform               Test how transparent a TCP proxy is.
      toxiproxy             Stand for a Toxiproxy server, for its clients.
      help [COMMAND]        Print this text, or the help of a command.
      version               Print the version.
    'porxy help run' lists its options. Exit codes: 0 done, 1 failed, 2 mistake.

    """
  }

  var text: String {
    var text = Self.wrapped(purpose, indent: 0) + "\nUsage:\n" + usage.map { "  \($0)\n" }.joined()
    text += notes.map { "\n" + Self.wrapped($0, indent: 0) }.joined()
    text += "\nOptions:\n" + (options + Self.options).map { Self.lines($0) }.joined()
    text += "\nExit codes:\n" + exitCodes.map { Self.lines($0) }.joined()
    return text + "\nExamples:\n" + examples.map { "  \($0.term)\n" + Self.wrapped($0.text, indent: 6) }.joined()
  }

  /// A term, and its text beside it or, where the term is long, below it.
  private static func lines(_ entry: HelpEntry) -> String {
    let text = wrapped(entry.text, indent: indent + 2)
    let term = "  " + entry.term
    guard term.count < indent + 1 else { return term + "\n" + text }
    return term + text.dropFirst(term.count)
  }

  /// A text in lines of whole words.
  static func wrapped(_ text: String, indent: Int, columns: Int = columns) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let line = lines.last, indent + line.count + 1 + word.count <= columns {
        lines[lines.count - 1] = line + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { String(repeating: " ", count: indent) + $0 + "\n" }.joined()
  }
}

/// Which porxy this is.
enum Version {
  static let current = "0.1.0"

  /// What `porxy --version` says: with the commit, where the build was told it.
  static var text: String { text(commit: unsafe String(cString: porxy_commit())) }

  static func text(commit: String) -> String { "porxy \(current)" + (commit.isEmpty ? "" : " (\(commit))") + "\n" }
}

/// What porxy tells its caller at its end.
struct ExitCode: Equatable {
  let rawValue: Int32

  /// Stopped in order, or did what was asked.
  static let stopped = ExitCode(rawValue: 0)
  /// Failed at run time, or was ended before its sessions were.
  static let failed = ExitCode(rawValue: 1)
  /// A mistake in usage or configuration.
  static let mistaken = ExitCode(rawValue: 2)

  /// A signal ended the command before it was done, as shells have it: 128 and the signal's number.
  static func interrupted(by signal: Signals.Signal) -> ExitCode { ExitCode(rawValue: 128 + signal.number) }

  /// What was asked for did not come out whole.
  var despiteLostOutput: ExitCode { self == .stopped ? .failed : self }
}
