/// Text as a terminal shows it: what it would take for a command is replaced, and what a line has no room for is cut.
///
/// Names come from a configuration and everything else from another process; none of it may move the cursor.
enum TerminalText {
  /// Columns that a terminal needs for a text (as wcwidth(3), in short).
  static func columns(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + columns($1) }
  }

  /// The text with a question mark in place of each character that is none to be shown.
  static func harmless(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { shown.append(isHarmless(scalar) ? scalar : "?") }
    return String(shown)
  }

  /// Exactly so many columns: filled up with spaces, or cut, where a `~` stands then: in the middle, because names and
  /// addresses differ at their ends, or at the end.
  static func fitted(_ text: String, _ width: Int, isRight: Bool = false, cutsEnd: Bool = false) -> String {
    guard width > 0 else { return "" }
    let shown = shortened(harmless(text), width, keeping: cutsEnd ? 0 : width - width / 2 - 1)
    let space = String(repeating: " ", count: max(0, width - columns(shown)))
    return isRight ? space + shown : shown + space
  }

  /// At most so many columns, the rest cut off.
  static func beginning(_ text: String, _ width: Int) -> String {
    String(String.UnicodeScalarView(beginning(Array(text.unicodeScalars)[...], width)))
  }

  /// `keeping` columns of its end are kept.
  private static func shortened(_ text: String, _ width: Int, keeping kept: Int) -> String {
    guard columns(text) > width else { return text }
    let scalars = Array(text.unicodeScalars)
    let first = beginning(scalars[...], width - kept - 1)
    // From the end on, backwards.
    let last = beginning(scalars.reversed()[...], kept).reversed()
    return String(String.UnicodeScalarView(first + ["~"] + last))
  }

  private static func beginning(_ scalars: ArraySlice<Unicode.Scalar>, _ width: Int) -> [Unicode.Scalar] {
    var (taken, used) = ([Unicode.Scalar](), 0)
    for scalar in scalars {
      used += columns(scalar)
      guard used <= width else { break }
      taken.append(scalar)
    }
    return taken
  }

  /// Neither a command (C0, C1, DEL) nor something that turns or hides what follows (U+202E and its like).
  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
    default: true
    }
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// East Asian wide characters and emoji (Unicode, UAX 11), in large blocks.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff,
    0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f680...0x1faff, 0x20000...0x3fffd,
  ]
}

/// A line of a screen, in parts that look different.
struct ScreenLine: Equatable {
  enum Look: Equatable {
    case plain
    case bold
    case good
    /// Red and bold.
    case alarm
  }

  struct Part: Equatable {
    let text: String
    let look: Look
  }

  private(set) var parts: [Part] = []

  init(_ text: String = "", _ look: Look = .plain) {
    add(text, look)
  }

  mutating func add(_ text: String, _ look: Look = .plain) {
    if !text.isEmpty { parts.append(Part(text: text, look: look)) }
  }

  /// The line without colours, and without spaces at its end.
  var plain: String {
    let text = parts.map(\.text).joined()
    return String(text.prefix(text.count - text.reversed().prefix { $0 == " " }.count))
  }

  /// The line with colours, where the palette has them.
  func painted(_ palette: Palette) -> String {
    parts.map { part in
      switch part.look {
      case .plain: part.text
      case .bold: palette.paint(part.text, .heading)
      case .good: palette.paint(part.text, .good)
      case .alarm: palette.paint(palette.paint(part.text, .bad), .heading)
      }
    }.joined()
  }

  /// At most so many columns of it.
  func cut(to width: Int) -> ScreenLine {
    var (line, left) = (ScreenLine(), width)
    for part in parts {
      let text = TerminalText.beginning(part.text, left)
      line.add(text, part.look)
      left -= TerminalText.columns(text)
    }
    return line
  }
}
