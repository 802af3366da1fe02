import PorxyCore

/// How a command asks a running porxy.
struct AdminOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?

  static let table: [CommandOption<AdminOptions>] = [
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket)
  ]
}

/// What is to be said of a running porxy.
struct StatusOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  /// Say nothing; the exit code tells.
  var isQuiet = false
  /// Say it as JSON.
  var asJSON = false

  static let table: [CommandOption<StatusOptions>] = [
    .flag("--quiet", "Print nothing: the exit code tells, as health checks want it.", \.isQuiet),
    .flag("--json", "Print the same and more as JSON.", \.asJSON),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]
}

/// Which level the log is to have.
struct LogLevelOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  var level = LogLevel.info

  static let table: [CommandOption<LogLevelOptions>] = [
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket)
  ]
}

/// Which sessions are to be listed, and how.
struct SessionsOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  /// Print JSON.
  var asJSON = false
  var listener: String?
  var backend: String?
  var client: String?
  var sort = SessionSort.stall

  static let table: [CommandOption<SessionsOptions>] = [
    .text("--listener", "NAME", wanted: "a listener's name", "Only sessions of this listener.", \.listener),
    .text("--backend", "NAME", wanted: "a backend's name", "Only sessions with this backend.", \.backend),
    .text("--client", "ADDRESS", wanted: "an IP address", "Only sessions of this client.", \.client),
    .value(
      "--sort", "ORDER", wanted: Arguments.oneOf(SessionSort.allCases),
      "What comes first: \(Arguments.oneOf(SessionSort.allCases)). Default: stall.", \.sort
    ) { (text, name) throws(UsageError) in try Arguments.choice(text, name) },
    .flag("--json", "Print the same and more as JSON.", \.asJSON),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]
}

/// Which events are to be printed, and how.
struct EventsOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  /// Print JSON.
  var asJSON = false
  var listener: String?
  /// Only this kind.
  var event: LogEvent?
  /// The least important.
  var level = LogLevel.debug

  static let table: [CommandOption<EventsOptions>] = [
    .text("--listener", "NAME", wanted: "a listener's name", "Only events of this listener.", \.listener),
    .value(
      "--level", "LEVEL", wanted: Arguments.oneOf(LogLevel.allCases),
      "Only events that are as important: \(Arguments.oneOf(LogLevel.allCases)). Default: debug, all.", \.level
    ) { (text, name) throws(UsageError) in try Arguments.choice(text, name) },
    .value(
      "--event", "NAME", wanted: "an event's name", "Only events of this name, such as session or fault.", \.event
    ) { (text, name) throws(UsageError) in try Arguments.event(text, name) },
    .flag("--json", "Print each event as an object of JSON.", \.asJSON),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]
}

/// What is to be done with one session or one listener.
struct OrderOptions<Order: Equatable & Sendable>: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  var order: Order
  /// The session's id, or the listener's name.
  var name: String
}

/// What is to be done with one endpoint of a backend.
struct EndpointOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  var order = EndpointRequest.drain
  var backend = ""
  var endpoint = ""
  /// Come back once it has no session any more.
  var waits = false

  static let table: [CommandOption<EndpointOptions>] = [
    .flag("--wait", "Come back only once the drained endpoint has no session any more.", \.waits),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]
}

extension Arguments {
  static let socketWanted = "a path, as in --admin /run/porxy/admin.sock"
  static let socketMeaning =
    "Ask at this socket. Default: admin.sock in $RUNTIME_DIRECTORY, or else in /run/porxy."

  static func parseStatus(_ words: inout ArgumentCursor) throws(UsageError) -> StatusOptions {
    var options = StatusOptions()
    _ = try words.read(StatusOptions.table, into: &options, hint: { _ in "status takes no more than options" })
    if options.isQuiet, options.asJSON { throw UsageError("--quiet prints nothing: leave --json out") }
    return options
  }

  /// Of a command that takes nothing but the way to porxy.
  static func parseAdmin(_ command: CommandName, _ words: inout ArgumentCursor) throws(UsageError) -> AdminOptions {
    var options = AdminOptions()
    let hint = { (_: String) in "\(command.rawValue) takes no more than options" }
    _ = try words.read(AdminOptions.table, into: &options, hint: hint)
    return options
  }

  static func parseSessions(_ words: inout ArgumentCursor) throws(UsageError) -> SessionsOptions {
    var options = SessionsOptions()
    _ = try words.read(SessionsOptions.table, into: &options, hint: { _ in "sessions takes no more than options" })
    return options
  }

  static func parseEvents(_ words: inout ArgumentCursor) throws(UsageError) -> EventsOptions {
    var options = EventsOptions()
    _ = try words.read(EventsOptions.table, into: &options, hint: { _ in "events takes no more than options" })
    return options
  }

  /// Of a command that names what is to be done, and with what: `session reset ID`.
  static func parseOrder<Order: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
    _ command: CommandName, _ object: String, _ words: inout ArgumentCursor
  ) throws(UsageError) -> OrderOptions<Order> {
    var options = AdminOptions()
    let hint = "\(command.rawValue) takes what to do, and \(object)"
    let written = try words.read(AdminOptions.table, into: &options, words: 2, hint: hint)
    guard let first = written.first else {
      throw UsageError("\(command.rawValue) needs \(oneOf(Order.allCases)), and \(object)")
    }
    let order: Order = try choice(first, command.rawValue)
    guard written.count == 2 else { throw UsageError("\(command.rawValue) \(first) needs \(object)") }
    return OrderOptions(socket: options.socket, order: order, name: written[1])
  }

  static func parseEndpoint(_ words: inout ArgumentCursor) throws(UsageError) -> EndpointOptions {
    var options = EndpointOptions()
    let hint = "endpoint takes what to do, and which"
    let written = try words.read(EndpointOptions.table, into: &options, words: 2, hint: hint)
    guard let first = written.first else {
      throw UsageError("endpoint needs \(oneOf(EndpointRequest.allCases)), and BACKEND/ENDPOINT")
    }
    options.order = try choice(first, "endpoint")
    guard written.count == 2 else { throw UsageError("endpoint \(first) needs BACKEND/ENDPOINT") }
    // A name may have slashes of its own; an endpoint's has none where nobody has named it.
    guard let slash = written[1].lastIndex(of: "/"), slash != written[1].startIndex else {
      throw UsageError("'\(written[1])' names no endpoint: write the backend, a slash and the endpoint, as in app/a:80")
    }
    options.backend = String(written[1][..<slash])
    options.endpoint = String(written[1][written[1].index(after: slash)...])
    if options.waits, options.order == .ready { throw UsageError("--wait is for 'endpoint drain' only") }
    return options
  }

  static func parseSession(_ words: inout ArgumentCursor) throws(UsageError) -> OrderOptions<SessionEnding> {
    let options: OrderOptions<SessionEnding> = try parseOrder(.session, "a session's id", &words)
    guard SessionID(options.name) != nil else { throw noSession(options.name) }
    return options
  }

  static func parseLogLevel(_ words: inout ArgumentCursor) throws(UsageError) -> LogLevelOptions {
    var options = LogLevelOptions()
    let written = try words.read(LogLevelOptions.table, into: &options, words: 1, hint: "log-level takes one level")
    guard let level = written.first else { throw UsageError("log-level needs \(oneOf(LogLevel.allCases))") }
    options.level = try choice(level, "log-level")
    return options
  }
}
