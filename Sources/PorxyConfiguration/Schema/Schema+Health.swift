import PorxyCore

extension Schema {
  static let checkIntervals = Duration.milliseconds(100)...Duration.seconds(3600)

  /// A backend's `health`.
  static let health = Section<HealthSettings>(
    title: "\"health\"", initial: HealthSettings(),
    keys: [
      Key(
        "check", \.check, .check,
        "`connect`: a connection can be established; `listening`: this machine's kernel has a listening socket there, "
          + "and no connection is made; keys: the server's answer contains a text"),
      Key("every", \.every, .duration(in: checkIntervals), "from one look to the next, a tenth less or more"),
      Key(
        "timeout", \.timeout, .duration(in: shortest...checkIntervals.upperBound),
        "how long a look may take; shorter than `every`"),
      Key(
        "fall", \.fall, .number(in: 1...HealthSettings.countMax),
        "so many failures in a row make the endpoint `down`"),
      Key(
        "rise", \.rise, .number(in: 1...HealthSettings.countMax), "so many successes in a row make it `up`"),
      Key("port", \.port, .optional("same", or: .port), "where porxy looks; `same`: the endpoint's port"),
    ],
    check: { reader, entry in
      guard let place = entry.places["timeout"] ?? entry.places["every"],
        entry.value.timeout >= entry.value.every
      else { return }
      reader.complain(
        place.value,
        "\"timeout\" is \(Units.print(entry.value.timeout)), and has to be shorter than \"every\", "
          + Units.print(entry.value.every),
        "write a shorter \"timeout\" or a longer \"every\"")
    })

  /// The keys that `check` may have.
  static let exchange = Section<HealthSettings.Exchange>(
    title: "\"check\"", initial: HealthSettings.Exchange(expect: ""),
    keys: [
      Key(
        "send", \.send, .exchanged,
        "what porxy sends once it is connected; without it, nothing", where: { !$0.send.isEmpty }),
      Key(
        "expect", \.expect, .exchanged,
        "what the first \(Limits.checkAnswerMax / 1024) KiB of the answer contain, anywhere"
      ).required("a line like \"expect: PONG\""),
    ])
}

extension Form<String> {
  /// Text for a server, every character as YAML's escapes have it, in UTF-8.
  fileprivate static var exchanged: Form {
    let most = HealthSettings.Exchange.textMax
    return text(
      "text, up to \(most) bytes", samples: ["PING\\r\\n", "a b", "off", "é\u{1}"], print: { .text($0) }
    ) { text throws(Fault) in
      guard text.utf8.count <= most else { throw Fault("the text is longer than \(most) bytes", "shorten it") }
      return text
    }
  }
}

extension Form<HealthSettings.Check> {
  fileprivate static var check: Form {
    let exchange = Form<HealthSettings.Exchange>.section(Schema.exchange)
    let read: @Sendable (inout SchemaReader, YAMLNode, String, HealthSettings.Exchange?) -> HealthSettings.Exchange? =
      { reader, node, key, outer in
        guard case .scalar(let scalar) = node.content else { return exchange.read(&reader, node, key, outer) }
        reader.complain(
          node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)",
          "write connect, listening, or what is sent and expected: {send: \"PING\\r\\n\", expect: PONG}")
        return nil
      }
    return .words(
      [("connect", .connect), ("listening", .listening)],
      or: Form<HealthSettings.Exchange>(shape: exchange.shape, read: read, print: exchange.print),
      make: { .exchange($0) }, take: { if case .exchange(let exchange) = $0 { exchange } else { nil } })
  }
}

extension SchemaReader {
  /// What `health` and `on_down` of a backend mean to its other keys.
  mutating func checkHealth(of entry: Entry<BackendDraft>) {
    let backend = entry.value.value
    guard let place = entry.places["health"], let health = backend.health else {
      if let onDown = entry.places["on_down"], backend.health == nil, backend.onDown == .reset {
        warn(onDown.key, "\"on_down\" has no effect without \"health\"", "add \"health:\", or remove it")
      }
      return
    }
    guard health.port == nil, backend.endpoints.contains(where: { $0.port == nil }),
      entry.places["port"] != nil || entry.places["endpoints"] != nil
    else { return }
    complain(
      place.key, "\"health\" needs a port to look at, because the port that clients connected to is the endpoint's",
      "write one: {port: 8000}")
  }
}
