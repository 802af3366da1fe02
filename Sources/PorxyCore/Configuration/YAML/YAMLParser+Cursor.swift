/// Moving through the bytes.
extension YAMLParser {
  /// The byte at the position, zero at the end.
  var byte: UInt8 { byte(at: position) }
  /// The byte behind it.
  var nextByte: UInt8 { byte(at: position + 1) }

  func byte(at offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

  var isAtEnd: Bool { position >= bytes.count }
  var isAtBreak: Bool { isBreak(byte) }
  var isAtLineEnd: Bool { isAtEnd || isAtBreak }

  func isWhite(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
  func isBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
  func isSpaceOrEnd(_ byte: UInt8) -> Bool { isWhite(byte) || isBreak(byte) || byte == 0 }

  /// c-flow-indicator
  func isFlowIndicator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): true
    default: false
    }
  }

  /// `---` or `...` that ends what comes before it, whatever it is (c-forbidden).
  var isAtDocumentMarker: Bool { isAtMarker("-") || isAtMarker(".") }

  func isAtMarker(_ sign: Unicode.Scalar) -> Bool {
    let sign = UInt8(ascii: sign)
    return position == lineStart && byte == sign && nextByte == sign && byte(at: position + 2) == sign
      && isSpaceOrEnd(byte(at: position + 3))
  }

  mutating func skipWhite() {
    while isWhite(byte) { position += 1 }  // bound: the line
  }

  mutating func skipLine() {
    while !isAtLineEnd { position += 1 }  // bound: the line
    if isAtBreak { takeBreak() }
  }

  /// LF, CR or both together.
  mutating func takeBreak() {
    position += byte == UInt8(ascii: "\r") && nextByte == UInt8(ascii: "\n") ? 2 : 1
    lineStart = position
  }

  /// Skips white space, comments and line breaks; where that leads to another line, tells its indentation.
  /// (s-l-comments)
  mutating func skipToContent() {
    while true {  // bound: each round but the last takes a line
      let isFirstOnLine = position == lineStart
      skipWhite()
      if byte == UInt8(ascii: "#"), position == lineStart || isWhite(byte(at: position - 1)) {
        while !isAtLineEnd { position += 1 }  // bound: the line
      }
      if isFirstOnLine { measureIndent() }
      guard isAtBreak else { return }
      takeBreak()
    }
  }

  /// Counts the spaces the current line begins with, and finds a tab behind them.
  private mutating func measureIndent() {
    var end = lineStart
    while byte(at: end) == UInt8(ascii: " ") { end += 1 }  // bound: the line
    indent = end - lineStart
    indentTab = byte(at: end) == UInt8(ascii: "\t") ? end : nil
  }

  var restOfLine: Range<Int> {
    var end = position
    while end < bytes.count, !isBreak(bytes[end]) { end += 1 }  // bound: the line
    return position..<max(end, position)
  }

  func complaint(_ range: Range<Int>, _ message: String, _ advice: String) -> YAMLComplaint {
    YAMLComplaint(range: range, message: message, advice: advice)
  }

  /// A complaint about the one character at the position.
  func complaintHere(_ message: String, _ advice: String) -> YAMLComplaint {
    YAMLComplaint(range: position..<position + 1, message: message, advice: advice)
  }

  /// Enters a collection.
  mutating func descend(_ start: Int) throws(YAMLComplaint) {
    guard depth < Self.depthMax else {
      throw complaint(
        start..<start + 1, "collections stand inside one another more than \(Self.depthMax) deep",
        "write it flatter")
    }
    depth += 1
  }
}
