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
