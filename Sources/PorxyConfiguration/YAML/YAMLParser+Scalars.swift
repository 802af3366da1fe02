import PorxyCore

/// Text without quotes.
extension YAMLParser {
  /// ns-plain-safe
  func isPlainSafe(_ byte: UInt8, isInFlow: Bool) -> Bool {
    !isSpaceOrEnd(byte) && !(isInFlow && isFlowIndicator(byte))
  }

  /// A plain scalar; its lines behind the first are indented by at least `indent` spaces (ns-plain). A key has one
  /// line.
  mutating func plain(indent: Int, isInFlow: Bool, isKey: Bool) throws(YAMLComplaint) -> YAMLNode {
    let start = position
    takePlainLine(isInFlow: isInFlow)
    var text = Array(bytes[start..<position])
    while !isKey, let breaks = try goToNextPlainLine(indent: indent, isInFlow: isInFlow) {  // bound: each takes a line
      fold(breaks, into: &text)
      let start = position
      takePlainLine(isInFlow: isInFlow)
      text += bytes[start..<position]
    }
    let scalar = YAMLScalar(text: String(decoding: text, as: UTF8.self), isPlain: true)
    return YAMLNode(content: .scalar(scalar), range: start..<position)
  }

  /// One line break is a space, more are as many new lines less one (b-l-folded).
  func fold(_ breaks: Int, into text: inout [UInt8]) {
    if breaks == 1 {
      text.append(UInt8(ascii: " "))
    } else {
      text.append(contentsOf: repeatElement(UInt8(ascii: "\n"), count: breaks - 1))
    }
  }

  /// What of this line belongs to the scalar, up to the last character that is not white (nb-ns-plain-in-line).
  private mutating func takePlainLine(isInFlow: Bool) {
    var end = position
    while !isAtLineEnd, !endsPlain(isInFlow: isInFlow) {  // bound: the line
      position += 1
      if !isWhite(byte(at: position - 1)) { end = position }
    }
    position = end
  }

  /// A colon that ends a key, a comment, or what structures a flow collection (the reverse of ns-plain-char).
  private func endsPlain(isInFlow: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: ":"): !isPlainSafe(nextByte, isInFlow: isInFlow)
    case UInt8(ascii: "#"): position == lineStart || isWhite(byte(at: position - 1))
    default: isInFlow && isFlowIndicator(byte)
    }
  }

  /// Goes to the scalar's next line and counts the line breaks on the way there; stays where it is if there is none.
  private mutating func goToNextPlainLine(indent: Int, isInFlow: Bool) throws(YAMLComplaint) -> Int? {
    let (end, line) = (position, lineStart)
    skipWhite()
    guard isAtBreak else {
      position = end
      return nil
    }
    let gap = skipBlankLines(indent: indent)
    guard !isAtEnd, gap.isIndented, !isAtDocumentMarker, !endsPlain(isInFlow: isInFlow) else {
      (position, lineStart) = (end, line)
      return nil
    }
    if let tab = gap.tab { throw complaint(tab: tab) }
    return gap.breaks
  }

  /// What lies between two lines of a scalar.
  struct Gap {
    var breaks = 0
    /// The line behind it begins with as many spaces as asked for.
    var isIndented = false
    /// A tab among the first spaces of a blank line (l-empty allows none).
    var tab: Int?
  }

  /// From a line break to the next line that holds more than white space (l-empty*, s-flow-line-prefix).
  mutating func skipBlankLines(indent: Int) -> Gap {
    var gap = Gap()
    while isAtBreak {  // bound: each round takes a line
      takeBreak()
      gap.breaks += 1
      while byte == UInt8(ascii: " ") { position += 1 }  // bound: the line
      gap.isIndented = position - lineStart >= indent
      let spaces = position
      skipWhite()
      if isAtBreak, !gap.isIndented, position > spaces, gap.tab == nil { gap.tab = spaces }
    }
    return gap
  }
}

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
        start..<start + 1, "this quote is not closed, and the next line cannot belong to it",
        "close it, or indent the lines that continue it")
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
        throw complaint(escape..<position, "this line has only an escaped line break", "remove the line")
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
          escape..<position, "unknown escape in double quotes", "write \"\\\\\" for a backslash")
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
        escape..<position, "this escape is not a valid character",
        "write characters beyond U+FFFF as \\U and eight digits, not as surrogates")
    }
    text += String(scalar).utf8
  }
}

/// Nodes told by their indentation.
extension YAMLParser {
  /// What a node stands behind.
  enum Indicator {
    /// The beginning of the document.
    case nothing
    /// `---`
    case marker
    /// The `-` of a sequence.
    case dash
    /// The `:` of a mapping.
    case colon
  }

  /// Why no block collection may begin where a node begins.
  private enum Obstacle {
    /// It stands on the line of a key.
    case key
    /// It stands on the line of `---`.
    case marker
    /// A tab stands before it, where spaces must tell how deep it is.
    case tab(Int)
  }

  /// The node behind an indicator, in a collection whose entries are `parent` characters into their lines
  /// (s-l+block-node). Leaves the position at the next content behind it.
  mutating func node(behind indicator: Indicator, parent: Int) throws(YAMLComplaint) -> YAMLNode {
    let behind = position
    let line = lineStart
    skipToContent()
    if lineStart == line, indicator != .nothing, !isAtEnd {
      return try content(parent: parent, column: position - lineStart, obstacle: obstacle(to: indicator, from: behind))
    }
    if isAtEnd || isAtDocumentMarker { return emptyNode(at: behind) }
    if indent > parent {
      return try content(parent: parent, column: indent, obstacle: indentTab.map(Obstacle.tab))
    }
    if let indentTab { throw complaint(tab: indentTab) }
    if indicator == .colon, indent == parent, isAtDash { return try blockSequence(column: indent) }
    return emptyNode(at: behind)
  }

  private func emptyNode(at offset: Int) -> YAMLNode {
    YAMLNode(content: .scalar(.empty), range: offset..<offset)
  }

  /// Only spaces may stand between a dash and a collection on its line (ns-l-compact-sequence, ns-l-compact-mapping).
  private func obstacle(to indicator: Indicator, from behind: Int) -> Obstacle? {
    switch indicator {
    case .nothing: nil
    case .marker: .marker
    case .colon: .key
    case .dash: bytes[behind..<position].firstIndex(of: UInt8(ascii: "\t")).map(Obstacle.tab)
    }
  }

  /// The node at the position, which is `column` characters into its line.
  private mutating func content(parent: Int, column: Int, obstacle: Obstacle?) throws(YAMLComplaint) -> YAMLNode {
    if isAtDash {
      if let obstacle { throw complaint(obstacle, "a sequence") }
      return try blockSequence(column: column)
    }
    let line = lineStart
    let first = try keyOrValue(indent: parent + 1, isKey: false)
    guard isAtColon else {
      try endLine()
      return first
    }
    let key = try self.key(first, isOnOneLine: line == lineStart)
    if let obstacle { throw complaint(obstacle, "a mapping") }
    return try blockMapping(column: column, firstKey: key)
  }

  /// A scalar or a flow collection, and the white space behind it.
  mutating func keyOrValue(indent: Int, isKey: Bool) throws(YAMLComplaint) -> YAMLNode {
    let node: YAMLNode
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"): node = try flowCollection(indent: indent)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): node = try quoted(indent: indent)
    default:
      try checkPlainBegins(isInFlow: false)
      node = try plain(indent: indent, isInFlow: false, isKey: isKey)
    }
    skipWhite()
    if byte == UInt8(ascii: ":"), !isSpaceOrEnd(nextByte) {
      throw complaintHere("a space must follow this colon", "write \": \"")
    }
    return node
  }

  /// A colon that ends a key.
  var isAtColon: Bool { byte == UInt8(ascii: ":") && isSpaceOrEnd(nextByte) }
  /// A dash that begins an entry.
  var isAtDash: Bool { byte == UInt8(ascii: "-") && isSpaceOrEnd(nextByte) }

  private func complaint(_ obstacle: Obstacle, _ collection: String) -> YAMLComplaint {
    switch obstacle {
    case .tab(let offset):
      complaint(tab: offset)
    case .key where byte == UInt8(ascii: ":"):
      complaintHere(
        "a line cannot have a second key", "put text that contains \": \" in quotes, or begin another line")
    case .key:
      complaintHere("\(collection) cannot begin on the line of its key", "begin another line, indented")
    case .marker:
      complaintHere("\(collection) cannot begin on the line of \"---\"", "begin another line")
    }
  }

  /// Nothing but a comment may stand behind a value on its line. (s-l-comments)
  private mutating func endLine() throws(YAMLComplaint) {
    let line = lineStart
    skipToContent()
    guard line == lineStart, !isAtEnd else { return }
    throw complaint(
      restOfLine, "unexpected text after a value",
      byte == UInt8(ascii: "#")
        ? "put a space before the \"#\" of a comment" : "remove it, or put the whole text in quotes")
  }
}
