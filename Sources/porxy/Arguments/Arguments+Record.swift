import PorxyCore

/// Which session is to be written, and where.
struct RecordOptions: Equatable {
  /// The socket's path; nil: where it usually is.
  var socket: String?
  /// The session's id.
  var id = ""
  /// Nil: the standard output.
  var file: String?

  static let table: [CommandOption<RecordOptions>] = [
    .text(
      "--output", "FILE", wanted: "a file, as in --output torn.run", "Write it there. Default: standard output.",
      \.file),
    .text("--admin", "PATH", wanted: Arguments.socketWanted, Arguments.socketMeaning, \.socket),
  ]
}

extension Arguments {
  static func parseRecord(_ words: inout ArgumentCursor) throws(UsageError) -> RecordOptions {
    var options = RecordOptions()
    let written = try words.read(RecordOptions.table, into: &options, words: 1, hint: "record takes one session")
    guard let id = written.first else { throw UsageError("record needs a session's id, such as 0-17-4711") }
    guard SessionID(id) != nil else { throw noSession(id) }
    options.id = id
    return options
  }

  static func noSession(_ text: String) -> UsageError {
    UsageError("'\(text)' is no session's id, such as 0-17-4711; 'porxy sessions' lists them")
  }
}
