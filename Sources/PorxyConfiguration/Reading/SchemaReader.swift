import PorxyCore

/// Makes a configuration of a YAML document and finds everything that is wrong with it.
struct SchemaReader {
  private(set) var problems: ProblemList
  /// The file is YAML throughout. If not, what seems to be missing may be what could not be read.
  let isSound: Bool
  /// Names of listeners that faults are for, and where.
  var faultedListeners: [(name: String, range: Range<Int>)] = []

  init(_ problems: ProblemList) {
    self.problems = problems
    isSound = problems.errorCount == 0
  }

  /// The configuration; nil if there are errors.
  mutating func configuration(_ root: YAMLNode) -> Configuration? {
    if case .scalar(let scalar) = root.content, scalar.value == .null {
      complain(
        root.range, "the file has no settings",
        "write at least \"listeners:\" and \"backends:\"; docs/CONFIGURATION.md has an example")
      return nil
    }
    guard var draft = Schema.configuration.read(root, with: &self, mayLackKeys: !isSound)?.value else { return nil }
    check(&draft)
    return problems.errorCount == 0 ? draft.configuration : nil
  }

  mutating func complain(_ range: Range<Int>, _ message: String, _ advice: String) {
    problems.add(YAMLComplaint(range: range, message: message, advice: advice))
  }

  mutating func warn(_ range: Range<Int>, _ message: String, _ advice: String) {
    problems.warn(YAMLComplaint(range: range, message: message, advice: advice))
  }

  /// What was probably meant; asked only for as many problems as may be shown.
  func guess(_ word: String, among candidates: [String]) -> String? {
    problems.errorCount < 2 * ProblemList.shownMax ? Spelling.nearest(to: word, among: candidates) : nil
  }

  /// What a node is, as a person calls it.
  static func kind(of node: YAMLNode) -> String {
    switch node.content {
    case .broken: "empty"
    case .sequence: "a sequence"
    case .mapping: "a mapping"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "empty"
      case .boolean: scalar.text
      case .integer, .float: "a number"
      case .string: "text"
      }
    }
  }
}

// MARK: Mappings and sequences

extension SchemaReader {
  // lookup only: by key.
  typealias Fields = [String: YAMLMapping.Entry]

  /// The keys of a mapping that its rows know. `what` it is, as messages call it.
  mutating func fields(_ node: YAMLNode, of what: String, _ rows: [Row], mayLackKeys: Bool) -> Fields? {
    switch node.content {
    case .broken:
      return nil
    case .mapping(let mapping):
      let names = rows.map(\.name)
      let known = mapping.entries.filter { names.contains($0.key.text) }
      let fields = Fields(known.map { ($0.key.text, $0) }) { first, _ in first }
      let present = fields.keys + checkKeys(of: mapping, what, names, absent: names.filter { fields[$0] == nil })
      for row in rows where mapping.isWhole && !mayLackKeys {
        let isThere = rows.contains {
          ($0.name == row.name || $0.replaces.contains(row.name)) && present.contains($0.name)
        }
        guard let example = row.example, !isThere else { continue }
        let range = mapping.entries.first?.keyRange ?? node.range
        complain(range, "\(what) needs a key \"\(row.name)\"", "add \(example)")
      }
      return fields
    case .scalar(let scalar) where scalar.value == .null && rows.allSatisfy { $0.example == nil }:
      // A section whose lines are all commented out.
      return [:]
    case .scalar, .sequence:
      complain(
        node.range, "\(what) must be a mapping of keys to values, but is \(Self.kind(of: node))",
        "write \"\(rows[0].name): ...\" here, one key a line")
      return nil
    }
  }

  /// Complains about keys that are not known, and returns those that were probably meant.
  private mutating func checkKeys(
    of mapping: YAMLMapping, _ what: String, _ keys: [String], absent: [String]
  ) -> [String] {
    var meant: [String] = []
    for entry in mapping.entries where !keys.contains(entry.key.text) {
      let word = entry.key.text
      let advice: String
      if let nearest = guess(word, among: absent) ?? guess(word, among: keys) {
        meant.append(nearest)
        advice = "did you mean \"\(nearest)\"?"
      } else if let key = keys.first(where: { word.hasPrefix("\($0):") }) {
        meant.append(key)
        advice = "write \"\(key): ...\": a space must follow the colon"
      } else {
        advice = "known keys: \(keys.joined(separator: ", "))"
      }
      complain(entry.keyRange, "unknown key \(word.quotedForMessage) in \(what)", advice)
    }
    return meant
  }

  /// The entries of a sequence that may not be empty; none where there is something wrong with it.
  mutating func items(_ node: YAMLNode, _ key: String, _ noun: String) -> [YAMLNode] {
    let advice = "begin each \(noun) with \"- \" on a new line; docs/CONFIGURATION.md has an example"
    switch node.content {
    case .broken:
      break
    case .sequence(let items):
      if !items.isEmpty { return items }
      complain(node.range, "there are no \(key)", advice)
    case .scalar(let scalar) where scalar.value == .null:
      complain(node.range, "there are no \(key)", advice)
    case .scalar, .mapping:
      complain(node.range, "\"\(key)\" must be a sequence, but is \(Self.kind(of: node))", advice)
    }
    return []
  }
}
