import PorxyCore

/// What `porxy top` is to look at, and how often.
struct TopOptions: Equatable {
  /// The admin socket; nil: where the configuration says.
  var admin: String?
  /// Print one look and end.
  var once = false
  var interval = Duration.seconds(1)

  /// A look costs porxy a little, and a person sees no more.
  static let intervals = Duration.milliseconds(100)...Duration.seconds(3600)

  static let table: [CommandOption<TopOptions>] = [
    .text(
      "--admin", "PATH", wanted: "a path, as in --admin /run/porxy/admin.sock",
      "Ask at this socket. Default: admin.sock in $RUNTIME_DIRECTORY, or else in /run/porxy.", \.admin),
    .flag("--once", "Print one look as plain text and end, as happens without a terminal.", \.once),
    .value(
      "--interval", "TIME", wanted: "a time, as in --interval 5s",
      "Look again after so long, 100ms to 1h. Default: 1s.", \.interval, Arguments.interval),
  ]
}

extension Arguments {
  static func parseTop(_ words: inout ArgumentCursor) throws(UsageError) -> TopOptions {
    var options = TopOptions()
    _ = try words.read(TopOptions.table, into: &options, hint: { "to name a socket, write --admin \($0)" })
    return options
  }

  fileprivate static func interval(_ text: String, _ name: String) throws(UsageError) -> Duration {
    let interval = try time(text, name)
    guard TopOptions.intervals.contains(interval) else {
      throw UsageError("\(name) takes a time from 100ms to 1h, not '\(text)'")
    }
    return interval
  }
}
