import PorxyCore

/// A document before it is written in one form or another.
indirect enum Printout: Sendable {
  case mapping([(key: String, value: Printout)])
  case sequence([Printout])
  /// Text of somebody's choice.
  case text(String)
  /// A word of the format itself, which needs no quotes in YAML.
  case word(String)
  case number(Int)
}

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

  /// In one line, without a line break.
  var flowYAML: String {
    switch self {
    case .text, .word, .number: yamlScalar
    case .sequence(let items): "[\(items.map(\.flowYAML).joined(separator: ", "))]"
    case .mapping(let entries): "{\(entries.map { "\($0.key): \($0.value.flowYAML)" }.joined(separator: ", "))}"
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

extension Printout {
  /// Indented by two spaces, with a line break at its end.
  var json: String {
    var text = ""
    appendJSON(to: &text, indent: "")
    return text + "\n"
  }

  private func appendJSON(to text: inout String, indent: String) {
    let deeper = indent + "  "
    switch self {
    case .mapping(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() {
        text += "\(index == 0 ? "" : ",")\n\(deeper)\(entry.key.jsonQuoted): "
        entry.value.appendJSON(to: &text, indent: deeper)
      }
      text += entries.isEmpty ? "}" : "\n\(indent)}"
    case .sequence(let items):
      text += "["
      for (index, item) in items.enumerated() {
        text += "\(index == 0 ? "" : ",")\n\(deeper)"
        item.appendJSON(to: &text, indent: deeper)
      }
      text += items.isEmpty ? "]" : "\n\(indent)]"
    case .text(let string): text += string.jsonQuoted
    case .word("true"): text += "true"
    case .word("false"): text += "false"
    case .word(let word): text += word.jsonQuoted
    case .number(let number): text += String(number)
    }
  }
}

extension String {
  /// A JSON string, which is a double-quoted scalar of YAML too.
  var jsonQuoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value || Self.isUnprintable(scalar):
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// What YAML allows only as escapes, and what only it takes for a line break.
  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xfeff, 0xfffe, 0xffff, 0x2028, 0x2029: true
    default: false
    }
  }
}
