/// Text in quotes.
extension YAMLParser {
  /// A quoted scalar; its lines behind the first are indented by at least `indent` spaces (c-double-quoted,
  /// c-single-quoted).
  mutating func quoted(indent: Int) throws(YAMLComplaint) -> YAMLNode {
    let start = position
    let isDouble = byte == UInt8(ascii: "\"")
    var text: [UInt8] = []
    // Up to here the text stays as it is when a line ends; white space behind is dropped then.
    var solid = 0
    position += 1
    while true {  // bound: each round takes a byte
      if isAtEnd { throw complaint(unclosed: start) }
      if isAtBreak {
        text.removeSubrange(solid...)
        fold(try goToNextQuotedLine(indent: indent, from: start), into: &text)
        solid = text.count
      } else if isDouble, byte == UInt8(ascii: "\\") {
        try takeEscape(indent: indent, from: start, into: &text)
        solid = text.count
      } else if byte == bytes[start] {
        position += 1
        if isDouble || byte != bytes[start] { break }
        text.append(UInt8(ascii: "'"))
        solid = text.count
        position += 1
      } else {
        text.append(byte)
        if !isWhite(byte) { solid = text.count }
        position += 1
      }
    }
    let scalar = YAMLScalar(text: String(decoding: text, as: UTF8.self), isPlain: false)
    return YAMLNode(content: .scalar(scalar), range: start..<position)
  }

  private func complaint(unclosed start: Int) -> YAMLComplaint {
    complaint(start..<start + 1, "this quote is never closed", "close it with \(bytes[start] == 0x22 ? "\"" : "'")")
  }

  /// Goes to the scalar's next line and counts the line breaks on the way.
  private mutating func goToNextQuotedLine(indent: Int, from start: Int) throws(YAMLComplaint) -> Int {
    let gap = skipBlankLines(indent: indent)
    if isAtEnd { throw complaint(unclosed: start) }
    if isWhite(byte(at: position - 1)), !gap.isIndented, bytes[lineStart..<position].contains(UInt8(ascii: "\t")) {
      throw complaint(tab: position - 1)
    }
    if let tab = gap.tab { throw complaint(tab: tab) }
    guard gap.isIndented, !isAtDocumentMarker else {
      position = lineStart
      throw complaint(
        start..<start + 1, "this quote is not closed before a line that cannot belong to it",
        "close it, or indent the lines that go on from it")
    }
    return gap.breaks
  }

  // MARK: Escapes

  /// c-ns-esc-char, or an escaped line break (s-double-escaped).
  private mutating func takeEscape(
    indent: Int, from start: Int, into text: inout [UInt8]
  ) throws(YAMLComplaint) {
    let escape = position
    position += 1
    if isAtBreak {
      // s-double-next-line wants a character on each line but the first and the last.
      if lineStart > start, bytes[lineStart..<escape].allSatisfy(isWhite) {
        throw complaint(escape..<position, "a line of nothing but an escaped line break", "remove the line")
      }
      let breaks = try goToNextQuotedLine(indent: indent, from: start)
      text.append(contentsOf: repeatElement(UInt8(ascii: "\n"), count: breaks - 1))
      return
    }
    if isAtEnd { throw complaint(unclosed: start) }
    let letter = byte
    position += 1
    switch letter {
    case UInt8(ascii: "x"): try takeCode(digits: 2, from: escape, into: &text)
    case UInt8(ascii: "u"): try takeCode(digits: 4, from: escape, into: &text)
    case UInt8(ascii: "U"): try takeCode(digits: 8, from: escape, into: &text)
    default:
      guard let scalar = Self.escaped(letter) else {
        throw complaint(
          escape..<position, "there is no such escape in double quotes", "write \"\\\\\" for a backslash")
      }
      text += String(scalar).utf8
    }
  }

  private static func escaped(_ letter: UInt8) -> Unicode.Scalar? {
    switch letter {
    case UInt8(ascii: "0"): "\0"
    case UInt8(ascii: "a"): "\u{7}"
    case UInt8(ascii: "b"): "\u{8}"
    case UInt8(ascii: "t"), UInt8(ascii: "\t"): "\t"
    case UInt8(ascii: "n"): "\n"
    case UInt8(ascii: "v"): "\u{b}"
    case UInt8(ascii: "f"): "\u{c}"
    case UInt8(ascii: "r"): "\r"
    case UInt8(ascii: "e"): "\u{1b}"
    case UInt8(ascii: " "): " "
    case UInt8(ascii: "\""): "\""
    case UInt8(ascii: "/"): "/"
    case UInt8(ascii: "\\"): "\\"
    case UInt8(ascii: "N"): "\u{85}"
    case UInt8(ascii: "_"): "\u{a0}"
    case UInt8(ascii: "L"): "\u{2028}"
    case UInt8(ascii: "P"): "\u{2029}"
    default: nil
    }
  }

  private mutating func takeCode(
    digits: Int, from escape: Int, into text: inout [UInt8]
  ) throws(YAMLComplaint) {
    var code: UInt32 = 0
    for _ in 0..<digits {
      guard let value = byte.digitValue else {
        throw complaint(escape..<position, "this escape needs \(digits) hexadecimal digits", "write them all")
      }
      code = code << 4 | UInt32(value)
      position += 1
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw complaint(
        escape..<position, "there is no such character",
        "write one beyond U+FFFF as \\U and eight digits, and no surrogates")
    }
    text += String(scalar).utf8
  }
}
