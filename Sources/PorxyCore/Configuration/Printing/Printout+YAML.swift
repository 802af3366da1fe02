extension Printout {
  /// A block document with a line break at its end.
  var yaml: String {
    var lines: [String] = []
    appendYAML(to: &lines, indent: "", first: "")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Appends lines; `first` is what the first of them begins with, `indent` the others.
  private func appendYAML(to lines: inout [String], indent: String, first: String) {
    switch self {
    case .text, .word, .number:
      lines.append(first + yamlScalar)
    case .sequence(let items):
      for item in items { item.appendYAML(to: &lines, indent: indent + "  ", first: indent + "- ") }
    case .mapping(let entries):
      var start = first
      for (key, value) in entries {
        switch value {
        case .text, .word, .number:
          lines.append("\(start)\(key): \(value.yamlScalar)")
        case .sequence(let items) where items.isEmpty:
          lines.append("\(start)\(key): []")
        case .sequence, .mapping:
          lines.append("\(start)\(key):")
          value.appendYAML(to: &lines, indent: indent + "  ", first: indent + "  ")
        }
        start = indent
      }
    }
  }

  private var yamlScalar: String {
    switch self {
    case .number(let number): String(number)
    case .word(let word): word
    case .text(let text): Self.isSafePlain(text) ? text : text.jsonQuoted
    case .sequence, .mapping: ""
    }
  }

  /// Text that is the same string to every reader of YAML, old ones among them, with nothing around it.
  private static func isSafePlain(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    if IPAddress(text)?.family == .v4 { return true }
    guard let first = bytes.first, first.isLetter else { return false }
    let isWord = bytes.allSatisfy {
      $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
    return isWord && !["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
  }
}
