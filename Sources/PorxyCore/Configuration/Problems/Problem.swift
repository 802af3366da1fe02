/// Something wrong with a configuration file: where, what, and what to do about it.
public struct Problem: Sendable, Equatable {
  /// Whether porxy can go on with it.
  public enum Severity: String, Sendable {
    case error
    case warning
  }

  public let severity: Severity
  public let file: String
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in characters (Unicode scalars).
  public let column: Int
  public let message: String
  /// What to do about it.
  public let advice: String
  /// The line as a terminal shows it, cut if it is long.
  public let excerpt: String
  /// What to print below `excerpt`: blanks up to the place, a caret and tildes.
  public let marks: String

  init(_ severity: Severity, _ complaint: YAMLComplaint, in source: SourceText) {
    self.severity = severity
    file = source.file
    (line, column) = source.place(of: complaint.range.lowerBound)
    message = complaint.message
    advice = complaint.advice
    (excerpt, marks) = source.excerpt(complaint.range)
  }
}

extension Problem: CustomStringConvertible {
  /// Several lines, the last one without a line break:
  ///
  ///     config.yaml:4:5: error: unknown key "prot"
  ///       4 |     prot: 80
  ///         |     ^~~~
  ///         did you mean "port"?
  public var description: String {
    let number = String(line)
    let margin = String(repeating: " ", count: number.utf8.count)
    var lines = ["\(file):\(line):\(column): \(severity.rawValue): \(message)"]
    if !excerpt.isEmpty {
      lines += ["  \(number) | \(excerpt)", "  \(margin) | \(marks)"]
    }
    return (lines + ["  \(margin)   \(advice)"]).joined(separator: "\n")
  }
}
