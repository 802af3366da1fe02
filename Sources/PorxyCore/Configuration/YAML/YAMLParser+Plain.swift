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
