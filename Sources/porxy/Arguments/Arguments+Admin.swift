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

extension Arguments {
  fileprivate static let socketWanted = "a path, as in --admin /run/porxy/admin.sock"
  fileprivate static let socketMeaning =
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

  static func parseLogLevel(_ words: inout ArgumentCursor) throws(UsageError) -> LogLevelOptions {
    var options = LogLevelOptions()
    var written: String?
    _ = try words.read(LogLevelOptions.table, into: &options, hint: { _ in "log-level takes one level" }) { _, word in
      guard written == nil else { return false }
      written = word
      return true
    }
    guard let written else { throw UsageError("log-level needs \(oneOf(LogLevel.allCases))") }
    options.level = try choice(written, "log-level")
    return options
  }
}
