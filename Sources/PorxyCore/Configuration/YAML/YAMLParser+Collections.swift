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
        node.range, "a key is expected here, with a colon and a space behind it",
        "write \"key: value\"; indent a line that goes on from the line before")
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
      throw complaint(node.range, "a collection as a key is not read here", "use plain text as the key")
    }
    guard isOnOneLine else {
      throw complaint(
        node.range, "this text goes on over several lines and is followed by a colon, but a key is one line",
        "write \"key: value\" with a space behind each colon, or put the text in quotes")
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
        key.range, "the key \(key.scalar.text.quotedForMessage) stands here a second time", "remove one of the two")
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
            restOfLine, "this line is indented deeper than the entries it stands among, and belongs to none of them",
            "indent it like the line it belongs with"))
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
