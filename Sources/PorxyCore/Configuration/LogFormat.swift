/// The form of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
  /// `key=value` behind a sentence, for people.
  case text
  /// One object a line, for machines.
  case json
}
