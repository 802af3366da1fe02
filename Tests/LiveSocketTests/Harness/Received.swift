/// What a peer has read, and what ended it: `5 bytes then END`.
struct Received: Equatable, Sendable, CustomStringConvertible {
  var count: Int
  /// `END`, the name of an error, `OPEN` if nothing more came in the time given, or `WRONG BYTES`.
  var end: String

  var description: String { "\(count) bytes then \(end)" }
}
