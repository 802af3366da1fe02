import PorxyCore

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

/// Problems as they are found.
struct ProblemList {
  /// Problems that are kept, in the order in which they are found; further ones are counted.
  static let keptMax = 10_000
  /// Problems that are shown, the first in the file; further ones are counted.
  static let shownMax = 50

  private(set) var errors: [YAMLComplaint] = []
  private(set) var warnings: [YAMLComplaint] = []
  private(set) var errorCount = 0
  private(set) var warningCount = 0

  mutating func add(_ complaint: YAMLComplaint) {
    errorCount += 1
    if errors.count < Self.keptMax { errors.append(complaint) }
  }

  mutating func warn(_ complaint: YAMLComplaint) {
    warningCount += 1
    if warnings.count < Self.keptMax { warnings.append(complaint) }
  }

  /// Those that are shown, in the order of the file.
  static func shown(_ complaints: [YAMLComplaint], as severity: Problem.Severity, in source: SourceText) -> [Problem] {
    let sorted = complaints.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
    }
    return sorted.prefix(shownMax).map { Problem(severity, $0.element, in: source) }
  }
}

extension String {
  /// Characters of a foreign text that a message repeats at most.
  private static let quotedMax = 60

  /// In quotes, as a message repeats what somebody wrote: escaped, and cut where it is long.
  var quotedForMessage: String {
    var result = "\""
    for (count, scalar) in unicodeScalars.enumerated() {
      guard count < Self.quotedMax else {
        result += "..."
        break
      }
      result += scalar == "\t" ? "\\t" : String(scalar).shown.text
    }
    return result + "\""
  }

  /// What a terminal shows for it and how many columns that takes; control characters and what else is not seen is
  /// escaped.
  var shown: (text: String, width: Int) {
    var result = ""
    var width = 0
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case _ where scalar == "\t":
        result += "    "
        width += 4
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate:
        let escape = scalar.escaped
        result += escape
        width += escape.utf8.count
      case .nonspacingMark, .enclosingMark:
        result.unicodeScalars.append(scalar)
      default:
        result.unicodeScalars.append(scalar)
        width += scalar.isWide ? 2 : 1
      }
    }
    return (result, width)
  }
}

extension Unicode.Scalar {
  /// As Swift and many others write a character that is not seen.
  fileprivate var escaped: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    default: "\\u{\(String(value, radix: 16, uppercase: true))}"
    }
  }

  /// Two columns on a terminal: the large blocks of East Asian wide characters and of pictures; not all there are.
  fileprivate var isWide: Bool {
    switch value {
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
      true
    default: false
    }
  }
}
