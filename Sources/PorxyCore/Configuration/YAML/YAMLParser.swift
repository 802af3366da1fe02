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
        throw complaint(start..<position, "only YAML 1.2 is read here", "write \"%YAML 1.2\", or remove the line")
      }
      guard version == nil else {
        throw complaint(start..<position, "%YAML stands here a second time", "remove one of the two lines")
      }
      version = start..<position
      skipToContent()
    }
    if let version, !isAtMarker("-") {
      throw complaint(version, "a directive needs \"---\" behind it", "put a line \"---\" behind it, or remove it")
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
      ? complaint(start..<position, "tags are not read here, nor is %TAG", "remove the line")
      : complaint(start..<position, "an unknown directive: a \"%\" begins no text in YAML", "put text in quotes")
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
        position..<position + 3, "a second document begins here; one is read", "put all settings in one document")
    }
    throw complaint(
      restOfLine, "this belongs to nothing: what stood before it has ended",
      "indent it like the lines it belongs to, or remove it")
  }
}
