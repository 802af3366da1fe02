/// Collections in brackets and braces.
extension YAMLParser {
  /// A sequence or a mapping; its lines behind the first are indented by at least `indent` spaces (c-flow-sequence,
  /// c-flow-mapping).
  mutating func flowCollection(indent: Int) throws(YAMLComplaint) -> YAMLNode {
    let start = position
    try descend(start)
    defer { depth -= 1 }
    let isSequence = byte == UInt8(ascii: "[")
    let closing = isSequence ? UInt8(ascii: "]") : UInt8(ascii: "}")
    var items: [YAMLNode] = []
    var mapping = YAMLMapping()
    var keys = KeySet()
    position += 1
    try separate(indent: indent, from: start)
    while byte != closing {  // bound: each round takes an entry
      if isSequence {
        items.append(try flowItem(indent: indent, from: start))
      } else {
        let (key, value) = try flowEntry(indent: indent, from: start)
        try add(key, value, to: &mapping, &keys)
      }
      try separate(indent: indent, from: start)
      guard byte != closing else { break }
      guard byte == UInt8(ascii: ",") else { throw complaint(unseparatedIn: start) }
      position += 1
      try separate(indent: indent, from: start)
    }
    position += 1
    return YAMLNode(content: isSequence ? .sequence(items) : .mapping(mapping), range: start..<position)
  }

  private func complaint(unseparatedIn start: Int) -> YAMLComplaint {
    let isSequence = bytes[start] == UInt8(ascii: "[")
    switch byte {
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      return complaintHere(
        "this does not close what is open", "write \(isSequence ? "\"]\"" : "\"}\"")")
    case UInt8(ascii: ":"):
      return complaintHere("a colon cannot stand here", "put text that holds it in quotes")
    case UInt8(ascii: "#"):
      return complaintHere("this is no comment: it stands directly behind something", "put a space before \"#\"")
    default:
      return complaintHere(
        "a comma or \(isSequence ? "\"]\"" : "\"}\"") is expected here", "put one here; put text in quotes")
    }
  }

  /// An entry of a sequence: a node, or a mapping of a single pair (ns-flow-seq-entry).
  private mutating func flowItem(indent: Int, from start: Int) throws(YAMLComplaint) -> YAMLNode {
    let line = lineStart
    let first = try flowNode(indent: indent)
    let end = position
    skipWhite()
    guard isAtFlowColon(behind: first) else {
      position = end
      return first
    }
    let key = try self.key(first, isOnOneLine: line == lineStart)
    let value = try flowValue(of: key, indent: indent, from: start)
    var pair = YAMLMapping()
    var keys = KeySet()
    try add(key, value, to: &pair, &keys)
    return YAMLNode(content: .mapping(pair), range: key.range.lowerBound..<value.range.upperBound)
  }

  /// An entry of a mapping (ns-flow-map-entry); its key may go on over several lines.
  private mutating func flowEntry(
    indent: Int, from start: Int
  ) throws(YAMLComplaint) -> (Key, YAMLNode) {
    let first = try flowNode(indent: indent)
    let key = try self.key(first, isOnOneLine: true)
    try separate(indent: indent, from: start)
    guard isAtFlowColon(behind: first) else {
      return (key, YAMLNode(content: .scalar(.empty), range: key.range.upperBound..<key.range.upperBound))
    }
    return (key, try flowValue(of: key, indent: indent, from: start))
  }

  /// The value behind the colon at the position; nothing, if the entry ends there.
  private mutating func flowValue(of key: Key, indent: Int, from start: Int) throws(YAMLComplaint) -> YAMLNode {
    if key.scalar.isPlain, nextByte == UInt8(ascii: "[") || nextByte == UInt8(ascii: "{") {
      throw complaintHere("a space is missing behind this colon", "write \": \"")
    }
    position += 1
    let behind = position
    try separate(indent: indent, from: start)
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
      return YAMLNode(content: .scalar(.empty), range: behind..<behind)
    default:
      return try flowNode(indent: indent)
    }
  }

  /// A colon behind a quoted scalar or a collection separates, whatever follows it (c-ns-flow-map-adjacent-value).
  private func isAtFlowColon(behind key: YAMLNode) -> Bool {
    guard byte == UInt8(ascii: ":") else { return false }
    if case .scalar(let scalar) = key.content, scalar.isPlain { return !isPlainSafe(nextByte, isInFlow: true) }
    return true
  }

  private mutating func flowNode(indent: Int) throws(YAMLComplaint) -> YAMLNode {
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"): return try flowCollection(indent: indent)
    case UInt8(ascii: "\""), UInt8(ascii: "'"): return try quoted(indent: indent)
    case UInt8(ascii: ","):
      throw complaintHere("nothing stands before this comma", "remove the comma")
    default:
      try checkPlainBegins(isInFlow: true)
      return try plain(indent: indent, isInFlow: true, isKey: false)
    }
  }

  /// White space, comments and line breaks between the parts of a collection (s-separate).
  private mutating func separate(indent: Int, from start: Int) throws(YAMLComplaint) {
    let line = lineStart
    skipToContent()
    if isAtEnd {
      throw complaint(
        start..<start + 1, "this bracket is never closed",
        "close it with \(bytes[start] == UInt8(ascii: "[") ? "\"]\"" : "\"}\"")")
    }
    guard lineStart != line else { return }
    if self.indent < indent, let indentTab { throw complaint(tab: indentTab) }
    guard self.indent >= indent, !isAtDocumentMarker else {
      position = lineStart
      throw complaint(
        start..<start + 1, "this bracket is not closed before a line that cannot belong to it",
        "close it, or indent all lines up to the closing bracket")
    }
  }
}
