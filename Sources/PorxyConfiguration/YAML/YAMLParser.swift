import PorxyCore

/// Reads a YAML 1.2 document, or says why it does not.
///
/// The measure is never to misread. What is left out (anchors, aliases, tags, block scalars, complex keys, several
/// documents) is refused by name, and so is everything that the productions of the specification do not allow. Names of
/// productions in comments are those of YAML 1.2.2.
///
/// One pass over the bytes with one byte of look-ahead after each token: time grows with the document's length alone.
/// The bytes are UTF-8 without NUL (`SourceText` sees to it), so a zero byte stands for the end.
struct YAMLParser {
  /// Collections inside one another.
  static let depthMax = 64
  /// Places that are complained about before reading stops.
  static let complaintsMax = 100
  /// Characters of a key that is followed by its colon on the same line (ns-s-implicit-yaml-key).
  static let keyLengthMax = 1024

  let bytes: [UInt8]
  var position: Int
  /// Offset of the first byte of the current line.
  var lineStart: Int
  /// Spaces before the first content of the line that `skipToContent` last came to.
  var indent = 0
  /// Where a tab stands between those spaces and that content.
  var indentTab: Int?
  var depth = 0
  var complaints: [YAMLComplaint] = []

  init(_ source: SourceText) {
    bytes = source.bytes
    position = source.contentStart
    lineStart = source.contentStart
  }

  /// The document's node, nil where nothing of it could be read, and all complaints about it.
  static func parse(_ source: SourceText) -> (root: YAMLNode?, complaints: [YAMLComplaint]) {
    var parser = YAMLParser(source)
    do {
      let root = try parser.document()
      return (root, parser.complaints)
    } catch {
      return (nil, parser.complaints + [error])
    }
  }

  // MARK: The stream

  private mutating func document() throws(YAMLComplaint) -> YAMLNode {
    try directives()
    let startsExplicitly = isAtMarker("-")
    if startsExplicitly { position += 3 }
    let root = try node(behind: startsExplicitly ? .marker : .nothing, parent: -1)
    do {
      try end()
    } catch {
      complaints.append(error)
    }
    return root
  }

  /// l-directive*: `%YAML 1.2` and no other.
  private mutating func directives() throws(YAMLComplaint) {
    var version: Range<Int>?
    skipToContent()
    while byte == UInt8(ascii: "%"), position == lineStart {  // bound: each round takes a line
      let start = position
      let words = directiveWords()
      guard words.first == "%YAML" else { throw complaint(unknownDirective: words.first ?? "%", start) }
      guard words.count == 2, words[1] == "1.2" else {
        throw complaint(start..<position, "only YAML 1.2 is supported", "write \"%YAML 1.2\", or remove the line")
      }
      guard version == nil else {
        throw complaint(start..<position, "duplicate %YAML directive", "remove one of the two lines")
      }
      version = start..<position
      skipToContent()
    }
    if let version, !isAtMarker("-") {
      throw complaint(version, "a line \"---\" must follow a directive", "add it, or remove the directive")
    }
  }

  /// The words of the line up to a comment; leaves the position behind the last of them.
  private mutating func directiveWords() -> [String] {
    var words: [String] = []
    var end = position
    while !isAtLineEnd {  // bound: each round takes a word
      let start = position
      while !isAtLineEnd, !isWhite(byte) { position += 1 }  // bound: the line
      words.append(String(decoding: bytes[start..<position], as: UTF8.self))
      end = position
      skipWhite()
      if byte == UInt8(ascii: "#") { break }
    }
    position = end
    return words
  }

  private func complaint(unknownDirective word: String, _ start: Int) -> YAMLComplaint {
    word == "%TAG"
      ? complaint(start..<position, "tags are not supported, nor is %TAG", "remove the line")
      : complaint(start..<position, "unknown directive; in YAML, text cannot begin with \"%\"", "put text in quotes")
  }

  /// Nothing but comments may follow the document's node; `...` may end it.
  private mutating func end() throws(YAMLComplaint) {
    skipToContent()
    if isAtMarker(".") {
      position += 3
      let line = lineStart
      skipToContent()
      if !isAtEnd, line == lineStart {
        throw complaint(position..<position + 1, "\"...\" ends the document", "remove the rest of the line")
      }
    }
    guard !isAtEnd else { return }
    if isAtMarker("-") || isAtMarker(".") || byte == UInt8(ascii: "%") {
      throw complaint(
        position..<position + 3, "a second document begins here, but only one is allowed",
        "put all settings in one document")
    }
    throw complaint(
      restOfLine, "this line does not belong to anything before it",
      "indent it like the lines it belongs to, or remove it")
  }
}

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
        start..<start + 1, "collections are nested more than \(Self.depthMax) deep",
        "reduce the nesting")
    }
    depth += 1
  }
}

/// What is refused by name.
extension YAMLParser {
  /// Complains where no plain scalar can begin. (ns-plain-first)
  func checkPlainBegins(isInFlow: Bool) throws(YAMLComplaint) {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":"):
      guard isPlainSafe(nextByte, isInFlow: isInFlow) else { throw complaint(loneIndicator: byte) }
    case UInt8(ascii: "&"): throw refusal("anchors", "\"&\"", "write the value out at each place")
    case UInt8(ascii: "*"): throw refusal("aliases", "\"*\"", "write the value out")
    case UInt8(ascii: "!"): throw refusal("tags", "\"!\"", "remove the tag")
    case UInt8(ascii: "|"):
      throw refusal("block scalars", "\"|\"", "write the text in double quotes, with \\n for a new line")
    case UInt8(ascii: ">"): throw refusal("block scalars", "\">\"", "write the text in double quotes")
    case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"), UInt8(ascii: ","), UInt8(ascii: "]"),
      UInt8(ascii: "}"), UInt8(ascii: "#"):
      throw complaintHere("text cannot begin with this character", "put the text in quotes, or remove it")
    default: return
    }
  }

  private func refusal(_ what: String, _ sign: String, _ advice: String) -> YAMLComplaint {
    complaintHere("\(what) are not supported", "\(advice); text that begins with \(sign) goes in quotes")
  }

  private func complaint(loneIndicator: UInt8) -> YAMLComplaint {
    switch loneIndicator {
    case UInt8(ascii: "?"):
      complaintHere("complex keys (\"? \") are not supported", "write \"key: value\"; put text in quotes")
    case UInt8(ascii: ":"):
      complaintHere("a key is missing before this colon", "write \"key: value\"; put text in quotes")
    default:
      complaintHere("unexpected dash", "begin each entry of a sequence on its own line; put text in quotes")
    }
  }

  func complaint(tab offset: Int) -> YAMLComplaint {
    complaint(offset..<offset + 1, "a tab in the indentation", "indent with spaces")
  }
}
