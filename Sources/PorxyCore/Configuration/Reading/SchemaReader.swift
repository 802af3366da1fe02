/// Makes a configuration of a YAML document and finds everything that is wrong with it.
struct SchemaReader {
  private(set) var problems: ProblemList
  /// The file is YAML throughout. If not, what seems to be missing may be what could not be read.
  let isSound: Bool

  init(_ problems: ProblemList) {
    self.problems = problems
    isSound = problems.errorCount == 0
  }

  /// The configuration; what it is worth is nothing if there are errors.
  mutating func configuration(_ root: YAMLNode) -> Configuration? {
    if case .scalar(let scalar) = root.content, scalar.value == .null {
      complain(
        root.range, "the file holds no settings",
        "write at least \"listeners:\" and \"backends:\"; docs/CONFIGURATION.md has an example")
      return nil
    }
    let keys = ["listeners", "backends", "timeouts", "limits", "log", "workers", "relay", "spin"]
    guard let top = fields(root, of: "the configuration", keys: keys, required: ["listeners", "backends"]) else {
      return nil
    }
    let timeouts = timeouts(top["timeouts"], inheriting: Timeouts())
    let backends = backends(top["backends"], timeouts)
    let listeners = listeners(top["listeners"], timeouts)
    let limits = limits(top["limits"])
    let log = log(top["log"])
    let workers = workers(top["workers"])
    let relay = top["relay"].flatMap { choice($0, "relay", RelayMode.self) }
    let spin = spin(top["spin"])
    check(listeners, backends)
    guard problems.errorCount == 0 else { return nil }
    return assemble(
      listeners, backends,
      Configuration(
        listeners: [], backends: [], limits: limits, log: log, workers: workers, relay: relay ?? .auto,
        spin: spin))
  }

  mutating func complain(_ range: Range<Int>, _ message: String, _ advice: String) {
    problems.add(YAMLComplaint(range: range, message: message, advice: advice))
  }

  mutating func warn(_ range: Range<Int>, _ message: String, _ advice: String) {
    problems.warn(YAMLComplaint(range: range, message: message, advice: advice))
  }

  // MARK: Mappings

  /// The node as a mapping of the given keys. `what` it is, as messages call it.
  mutating func fields(
    _ node: YAMLNode, of what: String, keys: [String], required: [String] = []
  ) -> Fields? {
    switch node.content {
    case .broken:
      return nil
    case .mapping(let mapping):
      let misspelled = checkKeys(of: mapping, of: what, keys: keys)
      for key in required where mapping.isWhole && mapping[key] == nil && !misspelled.contains(key) {
        complain(
          firstKey(of: mapping) ?? node.range, "\(what) needs a key \"\(key)\"", "add \(Self.example(of: key))")
      }
      return Fields(range: node.range, mapping: mapping)
    case .scalar(let scalar) where scalar.value == .null && required.isEmpty:
      // A section whose lines are all commented out.
      return Fields(range: node.range, mapping: YAMLMapping())
    case .scalar, .sequence:
      complain(
        node.range, "\(what) must be keys with values, and this is \(Self.kind(of: node))",
        "write \"\(keys[0]): ...\" here, one key a line")
      return nil
    }
  }

  private func firstKey(of mapping: YAMLMapping) -> Range<Int>? { mapping.entries.first?.keyRange }

  /// Complains about keys that are not known, and tells those that were probably meant.
  private mutating func checkKeys(of mapping: YAMLMapping, of what: String, keys: [String]) -> [String] {
    var meant: [String] = []
    for entry in mapping.entries where !keys.contains(entry.key.text) {
      let word = entry.key.text
      let nearest = guess(word, among: keys.filter { mapping[$0] == nil }) ?? guess(word, among: keys)
      let advice: String
      if let nearest {
        meant.append(nearest)
        advice = "did you mean \"\(nearest)\"?"
      } else if let key = keys.first(where: { word.hasPrefix("\($0):") }) {
        meant.append(key)
        advice = "write \"\(key): ...\": a space must follow the colon"
      } else {
        advice = "known here: \(keys.joined(separator: ", "))"
      }
      complain(entry.keyRange, "\(what) knows no key \(word.quotedForMessage)", advice)
    }
    return meant
  }

  /// What was probably meant; asked only for as many problems as may be shown.
  func guess(_ word: String, among candidates: [String]) -> String? {
    problems.errorCount < 2 * ProblemList.shownMax ? Spelling.nearest(to: word, among: candidates) : nil
  }

  /// The entries of a sequence that may not be empty.
  mutating func items(_ node: YAMLNode, key: String, what: String) -> [YAMLNode]? {
    let advice = "write each \(what) behind \"- \" on lines of its own; docs/CONFIGURATION.md has an example"
    switch node.content {
    case .broken:
      return nil
    case .sequence(let items) where !items.isEmpty:
      return items
    case .sequence:
      complain(node.range, "there are no \(key)", advice)
    case .scalar(let scalar) where scalar.value == .null:
      complain(node.range, "there are no \(key)", advice)
    case .scalar, .mapping:
      complain(node.range, "\"\(key)\" must be a sequence, and this is \(Self.kind(of: node))", advice)
    }
    return nil
  }

  // MARK: Words

  /// What a node is, as a person calls it.
  static func kind(of node: YAMLNode) -> String {
    switch node.content {
    case .broken: "nothing"
    case .sequence: "a sequence"
    case .mapping: "a mapping"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "nothing"
      case .boolean: scalar.text
      case .integer, .float: "a number"
      case .string: "text"
      }
    }
  }

  private static func example(of key: String) -> String {
    switch key {
    case "listeners": "\"listeners:\" with one at least"
    case "backends": "\"backends:\" with one at least"
    case "name": "a line like \"name: web\""
    case "backend": "a line like \"backend: app\", with the name of a backend"
    case "address":
      "a line like \"address: 127.0.0.1\", or \"address: 0.0.0.0\" for all of this machine's IPv4 addresses"
    case "host": "a line like \"host: localhost\""
    default: "a line like \"\(key): 8000\""
    }
  }
}
