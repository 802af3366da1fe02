import PorxyCore

/// Block sequences and mappings. A problem inside an entry is noted, and reading goes on with the next entry.
extension YAMLParser {
  // lookup only: finds a key that comes twice.
  typealias KeySet = Set<String>

  /// A key and where it stands.
  struct Key {
    var scalar: YAMLScalar
    var range: Range<Int>
  }

  /// Entries that begin with a dash at `column` (l+block-sequence).
  mutating func blockSequence(column: Int) throws(YAMLComplaint) -> YAMLNode {
    let start = position
    try descend(start)
    defer { depth -= 1 }
    var items: [YAMLNode] = []
    repeat {  // bound: each round takes a line
      let entry = position
      position += 1
      do {
        items.append(try node(behind: .dash, parent: column))
      } catch {
        try note(error)
        items.append(YAMLNode(content: .broken, range: entry..<entry + 1))
        recover(column: column, from: entry)
      }
      _ = try settle(column: column)
    } while hasEntry(column: column) && isAtDash
    let end = items.last?.range.upperBound ?? start
    return YAMLNode(content: .sequence(items), range: start..<max(start + 1, end))
  }

  /// Entries whose keys begin at `column` (l+block-mapping); the position is at the colon of the first.
  mutating func blockMapping(column: Int, firstKey: Key) throws(YAMLComplaint) -> YAMLNode {
    let start = firstKey.range.lowerBound
    try descend(start)
    defer { depth -= 1 }
    var mapping = YAMLMapping()
    var keys = KeySet()
    var end = firstKey.range.upperBound
    var pending: Key? = firstKey
    repeat {  // bound: each round takes a line
      let entry = pending?.range.lowerBound ?? position
      do {
        let key = if let pending { pending } else { try nextKey(column: column) }
        pending = nil
        position += 1
        let value = try self.value(column: column, from: entry)
        try add(key, value, to: &mapping, &keys)
        end = max(key.range.upperBound, value.range.upperBound)
      } catch {
        try note(error)
        mapping.isWhole = false
        recover(column: column, from: entry)
      }
      if try settle(column: column) { mapping.isWhole = false }
    } while hasEntry(column: column)
    return YAMLNode(content: .mapping(mapping), range: start..<end)
  }

  private mutating func nextKey(column: Int) throws(YAMLComplaint) -> Key {
    let line = lineStart
    let node = try keyOrValue(indent: column + 1, isKey: true)
    guard isAtColon else {
      throw complaint(
        node.range, "expected a key, followed by a colon and a space",
        "write \"key: value\"; indent a line that continues the previous one")
    }
    return try key(node, isOnOneLine: line == lineStart)
  }

  /// A value; one that cannot be read keeps its key.
  private mutating func value(column: Int, from entry: Int) throws(YAMLComplaint) -> YAMLNode {
    let start = position
    do {
      return try node(behind: .colon, parent: column)
    } catch {
      try note(error)
      recover(column: column, from: entry)
      return YAMLNode(content: .broken, range: start..<start)
    }
  }

  /// The node, found to be a key: a scalar on one line and not too long (ns-s-implicit-yaml-key).
  func key(_ node: YAMLNode, isOnOneLine: Bool) throws(YAMLComplaint) -> Key {
    guard case .scalar(let scalar) = node.content else {
      throw complaint(node.range, "collections as keys are not supported", "use plain text as the key")
    }
    guard isOnOneLine else {
      throw complaint(
        node.range, "this text spans several lines and is followed by a colon, but a key must be on one line",
        "write \"key: value\" with a space after each colon, or put the text in quotes")
    }
    guard node.range.count <= Self.keyLengthMax || characters(in: node.range) <= Self.keyLengthMax else {
      throw complaint(
        node.range, "this key is longer than the \(Self.keyLengthMax) characters that YAML allows", "shorten it")
    }
    return Key(scalar: scalar, range: node.range)
  }

  private func characters(in range: Range<Int>) -> Int {
    bytes[range].reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) }
  }

  func add(
    _ key: Key, _ value: YAMLNode, to mapping: inout YAMLMapping, _ keys: inout KeySet
  ) throws(YAMLComplaint) {
    guard keys.insert(key.scalar.text).inserted else {
      throw complaint(
        key.range, "duplicate key \(key.scalar.text.quotedForMessage)", "remove one of the two")
    }
    mapping.entries.append(.init(key: key.scalar, keyRange: key.range, value: value))
  }

  // MARK: From entry to entry

  /// The next content belongs to this collection; if not, to one around it.
  private func hasEntry(column: Int) -> Bool {
    !isAtEnd && !isAtDocumentMarker && indent == column
  }

  /// Passes over lines that can belong to no collection, and tells whether there were any.
  private mutating func settle(column: Int) throws(YAMLComplaint) -> Bool {
    var foundAny = false
    while !isAtEnd, !isAtDocumentMarker {  // bound: each round but the last takes a line
      if let indentTab {
        try note(complaint(tab: indentTab))
      } else if indent > column {
        try note(
          complaint(
            restOfLine, "this line is indented deeper than the entries around it, and belongs to none of them",
            "indent it like the line it belongs to"))
      } else {
        break
      }
      foundAny = true
      recover(column: column, from: position)
    }
    return foundAny
  }

  /// Keeps a complaint to go on; throws it when there are too many.
  private mutating func note(_ complaint: YAMLComplaint) throws(YAMLComplaint) {
    guard complaints.count < Self.complaintsMax else { throw complaint }
    complaints.append(complaint)
  }

  /// Goes to the next line that is not deeper than `column`; always forward, at least to the end of the entry's first
  /// line.
  private mutating func recover(column: Int, from entry: Int) {
    if position <= entry || position != lineStart { skipLine() }
    skipToContent()
    while !isAtEnd, !isAtDocumentMarker, indent > column {  // bound: each round takes a line
      skipLine()
      skipToContent()
    }
  }
}

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
        "this does not match the opening bracket", "write \(isSequence ? "\"]\"" : "\"}\"")")
    case UInt8(ascii: ":"):
      return complaintHere("unexpected colon", "put text that contains it in quotes")
    case UInt8(ascii: "#"):
      return complaintHere("this is not a comment, because no space comes before it", "put a space before \"#\"")
    default:
      return complaintHere(
        "expected a comma or \(isSequence ? "\"]\"" : "\"}\"")", "add it, or put the text in quotes")
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
      throw complaintHere("a space must follow this colon", "write \": \"")
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
      throw complaintHere("there is no value before this comma", "remove the comma")
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
        start..<start + 1, "this bracket is not closed, and the next line cannot belong to it",
        "close it, or indent all lines up to the closing bracket")
    }
  }
}
