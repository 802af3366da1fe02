import Glibc
import PorxySimulation

/// What a piece of text is, which a terminal shows by its colour; the values are those of ECMA-48 (SGR).
enum Style: Int {
  case heading = 1
  case bad = 31
  case good = 32
}

/// Colours text for one of the standard streams, where that is a terminal and nobody asked for plain text.
struct Palette {
  let isColoured: Bool

  static let output = Palette(for: STDOUT_FILENO)
  static let errors = Palette(for: STDERR_FILENO)

  init(isColoured: Bool) {
    self.isColoured = isColoured
  }

  private init(for descriptor: Int32) {
    let (plain, terminal) = unsafe (getenv("NO_COLOR"), getenv("TERM"))
    isColoured =
      isatty(descriptor) == 1
      && Self.isWelcome(
        noColor: unsafe plain.map { unsafe String(cString: $0) },
        terminal: unsafe terminal.map { unsafe String(cString: $0) })
  }

  /// Whether a person wants colours (https://no-color.org), and the terminal has them.
  static func isWelcome(noColor: String?, terminal: String?) -> Bool {
    (noColor ?? "").isEmpty && !["", "dumb"].contains(terminal ?? "")
  }

  func paint(_ text: String, _ style: Style) -> String {
    isColoured ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
  }

  func paint(_ text: String, isGood: Bool) -> String { paint(text, isGood ? .good : .bad) }

  /// Paints a part of a text, where it occurs.
  func paint(_ part: String, in text: String, isGood: Bool) -> String {
    isColoured ? text.replacing(part, with: paint(part, isGood: isGood)) : text
  }

  /// Paints headings: lines that begin at the margin and end in a colon.
  func headings(_ text: String) -> String {
    lines(text) { $0.hasSuffix(":") && !$0.hasPrefix(" ") ? .heading : nil }
  }

  /// Paints what a report says of a run: the rules that did not hold, or that all did, and headings.
  func report(_ text: String) -> String {
    lines(text) { line in
      if line == "all rules held" { return .good }
      if CheckedRule.allCases.contains(where: { line.hasPrefix("\($0.rawValue) at ") }) { return .bad }
      return line.hasSuffix(":") && !line.hasPrefix(" ") ? .heading : nil
    }
  }

  private func lines(_ text: String, _ style: (Substring) -> Style?) -> String {
    guard isColoured else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      style(line).map { paint(String(line), $0) } ?? String(line)
    }.joined(separator: "\n")
  }
}
