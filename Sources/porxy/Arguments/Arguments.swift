import PorxyCore

/// Reads the words behind `porxy`.
enum Arguments {
  static func parse(_ given: [String]) throws(UsageError) -> Command {
    let isToxiproxy = given.first == CommandName.toxiproxy.rawValue
    let arguments = isToxiproxy ? withTwoDashes(given) : given
    let named = arguments.first.flatMap(CommandName.init)
    // A word for help or the version, wherever it stands, is what a person wants who does not know where it belongs.
    if arguments.contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help(named ?? arguments.dropFirst().first.flatMap(CommandName.init))
    }
    if arguments.contains(where: { $0 == "--version" || $0 == "-V" }) {
      return isToxiproxy ? .toxiproxy(ToxiproxyOptions(showsVersion: true)) : .version
    }
    var words = ArgumentCursor(arguments[...])
    do throws(UsageError) {
      switch try command(&words) {
      case .run: return .run(try parseRun(&words))
      case .check: return .check(try parseCheck(&words))
      case .status: return .status(try parseStatus(&words))
      case .reload: return .reload(try parseAdmin(.reload, &words))
      case .drain: return .drain(try parseAdmin(.drain, &words))
      case .logLevel: return .logLevel(try parseLogLevel(&words))
      case .events: return .events(try parseEvents(&words))
      case .sessions: return .sessions(try parseSessions(&words))
      case .session: return .session(try parseSession(&words))
      case .record: return .record(try parseRecord(&words))
      case .listener: return .listener(try parseOrder(.listener, "a listener's name", &words))
      case .endpoint: return .endpoint(try parseEndpoint(&words))
      case .faults: return .faults(try parseFaults(&words))
      case .simulate: return .simulate(try parseSimulate(&words))
      case .replay: return .simulate(try parseReplay(&words))
      case .conform: return .conform(try parseConform(&words))
      case .top: return .top(try parseTop(&words))
      case .toxiproxy: return .toxiproxy(try parseToxiproxy(&words))
      case .help: return .help(try topic(&words))
      case .version: return .version
      }
    } catch {
      let isUnderstood = named != nil || arguments.first?.hasPrefix("-") == true
      throw UsageError(error.message, about: isUnderstood ? named ?? .run : nil)
    }
  }

  /// The first word, or `run` where an option comes first.
  private static func command(_ words: inout ArgumentCursor) throws(UsageError) -> CommandName {
    guard let first = words.nextPlain() else { return .run }
    if let command = CommandName(rawValue: first) { return command }
    let isFile = first.contains { $0 == "." || $0 == "/" }
    throw unknownCommand(first, isFile ? "; " + configurationHint(first) : nil)
  }

  /// What `help` is to tell of.
  private static func topic(_ words: inout ArgumentCursor) throws(UsageError) -> CommandName? {
    guard let word = words.next() else { return nil }
    guard let topic = CommandName(rawValue: word.name) else { throw unknownCommand(word.name, nil) }
    if let more = words.next() { throw UsageError("unexpected '\(more.name)'; help takes one command") }
    return topic
  }

  private static func unknownCommand(_ word: String, _ hint: String?) -> UsageError {
    UsageError(
      "unknown command '\(word)'" + (hint ?? suggestion(for: word, among: CommandName.allCases.map(\.rawValue))))
  }

  static func suggestion(for word: String, among known: [String]) -> String {
    let long = word.utf8.count > 2 ? known.first { $0.hasPrefix(word) } : nil
    guard let nearest = long ?? Spelling.nearest(to: word, among: known) else { return "" }
    return "; did you mean '\(nearest)'?"
  }
}

/// The first word of a command line.
enum CommandName: String, CaseIterable {
  case run
  case check
  case status
  case reload
  case drain
  case logLevel = "log-level"
  case events
  case sessions
  case session
  case record
  case listener
  case endpoint
  case faults
  case simulate
  case replay
  case conform
  case top
  case toxiproxy
  case help
  case version
}

/// What porxy was asked to do.
enum Command: Equatable {
  case run(RunOptions)
  case check(CheckOptions)
  case status(StatusOptions)
  case reload(AdminOptions)
  case drain(AdminOptions)
  case logLevel(LogLevelOptions)
  case events(EventsOptions)
  case sessions(SessionsOptions)
  case session(OrderOptions<SessionEnding>)
  case record(RecordOptions)
  case listener(OrderOptions<ListenerRequest>)
  case endpoint(EndpointOptions)
  case faults(FaultsOptions)
  case simulate(SimulateOptions)
  case conform(ConformOptions)
  case top(TopOptions)
  case toxiproxy(ToxiproxyOptions)
  /// The help of a command, or of porxy.
  case help(CommandName?)
  case version
}

/// A command line that porxy does not understand; the message is for a person and says what to do.
struct UsageError: Error, Equatable {
  let message: String
  /// Whose help says more; nil: porxy's own.
  let command: CommandName?

  init(_ message: String, about command: CommandName? = nil) {
    self.message = message
    self.command = command
  }

  /// Where a person reads more.
  var advice: String { "Try 'porxy \(command.map { $0.rawValue + " " } ?? "")--help'." }
}
