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
