/// Listeners and backends.
extension SchemaReader {
  /// Characters of a name.
  private static let nameMax = 100

  /// Nil where there is no list to speak of.
  mutating func backends(_ node: YAMLNode?, _ timeouts: Timeouts) -> [BackendDraft]? {
    guard let node, let items = items(node, key: "backends", what: "backend") else { return nil }
    let keys = ["name", "host", "port", "timeouts", "congestion"]
    return items.map { item in
      var draft = BackendDraft(range: item.range, timeouts: timeouts)
      guard let fields = fields(item, of: "a backend", keys: keys, required: ["name", "host", "port"]) else {
        return draft
      }
      draft.name = fields["name"].flatMap { name($0) }
      draft.host = fields["host"].flatMap { host($0) }
      draft.port = fields["port"].flatMap { port($0) }
      draft.timeouts = self.timeouts(fields["timeouts"], inheriting: timeouts)
      draft.congestion = fields["congestion"].flatMap { congestion($0) } ?? .auto
      return draft
    }
  }

  mutating func listeners(_ node: YAMLNode?, _ timeouts: Timeouts) -> [ListenerDraft]? {
    guard let node, let items = items(node, key: "listeners", what: "listener") else { return nil }
    return items.map { listener($0, timeouts) }
  }

  private mutating func listener(_ node: YAMLNode, _ timeouts: Timeouts) -> ListenerDraft {
    var draft = ListenerDraft(range: node.range, timeouts: timeouts)
    let required = ["name", "backend", "address", "port"]
    let keys = required + ["dual_stack", "timeouts", "limits", "congestion"]
    guard let fields = fields(node, of: "a listener", keys: keys, required: required) else { return draft }
    draft.name = fields["name"].flatMap { name($0) }
    draft.backend = fields["backend"].flatMap { text($0, "backend") }
    draft.addresses = fields["address"].flatMap { addresses($0) }
    draft.port = fields["port"].flatMap { port($0) }
    draft.timeouts = self.timeouts(fields["timeouts"], inheriting: timeouts)
    draft.congestion = fields["congestion"].flatMap { congestion($0) } ?? .auto
    if let node = fields["dual_stack"] { draft.isDualStack = dualStack(node, draft.addresses, fields["address"]) }
    if let node = fields["limits"], let limits = self.fields(node, of: "\"limits\" of a listener", keys: ["sessions"]) {
      draft.sessionsMax = limits["sessions"].flatMap { sessions($0) }
    }
    return draft
  }

  private mutating func port(_ node: YAMLNode) -> Placed<UInt16>? {
    integer(node, "port", in: 1...65535).map { Placed(value: UInt16($0), range: node.range) }
  }

  /// A name that can be printed in one piece in any log line.
  private mutating func name(_ node: YAMLNode) -> Placed<String>? {
    guard let name = text(node, "name") else { return nil }
    let scalars = name.value.unicodeScalars
    guard scalars.count <= Self.nameMax else {
      complain(node.range, "the name is longer than \(Self.nameMax) characters", "shorten it")
      return nil
    }
    guard scalars.first != " ", scalars.last != " ", scalars.allSatisfy(Self.isVisible) else {
      complain(
        node.range, "a name cannot hold control or invisible characters, nor begin or end with a space",
        "use letters, digits, spaces within, and signs")
      return nil
    }
    return name
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
    default: true
    }
  }

  /// Whether `[::]` takes IPv4 clients too; for other addresses there is nothing to choose.
  private mutating func dualStack(
    _ node: YAMLNode, _ addresses: Placed<[IPAddress]>?, _ address: YAMLNode?
  ) -> Bool {
    if case .broken = node.content { return true }
    guard case .scalar(let scalar) = node.content, case .boolean(let isDualStack) = scalar.value else {
      complain(
        node.range, "\"dual_stack\" must be true or false, and this is \(Self.kind(of: node))", "write true or false")
      return true
    }
    guard let addresses, addresses.value != [.anyV6] else {
      if case .scalar(let scalar) = address?.content, scalar.text == "*", !isDualStack {
        complain(
          node.range, "the address \"*\" means both IPv4 and IPv6", "write address: \"::\" for IPv6 alone")
      }
      return isDualStack
    }
    complain(
      node.range, "\"dual_stack\" is a matter of the address \"::\" alone",
      "remove it, or write address: \"::\" for all addresses of this machine")
    return true
  }
}
