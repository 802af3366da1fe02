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
      throw complaintHere("a space is missing behind this colon", "write \": \"")
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
        "a second key cannot stand on one line", "put text that holds \": \" in quotes, or begin another line")
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
      restOfLine, "this stands behind a value that has ended",
      byte == UInt8(ascii: "#")
        ? "put a space before the \"#\" of a comment" : "remove it, or put the whole text in quotes")
  }
}
