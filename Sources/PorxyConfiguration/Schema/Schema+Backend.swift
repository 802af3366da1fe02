import PorxyCore

extension Schema {
  /// Characters of a name.
  static let nameMax = 100
  /// Bytes of a host's name (RFC 1035 section 2.3.4).
  static let hostMax = 253

  /// An entry of `backends`.
  static let backend = Section<BackendDraft>(
    title: "a backend", initial: BackendDraft(),
    keys: [
      Key("name", \.value.name, .name, "unique among the backends").required("a line like \"name: web\""),
      Key(
        "host", \.value.writtenHost, .host, "the server's name or address", where: \.value.isShort
      ).required("a line like \"host: localhost\", or \"endpoints:\" for several servers"),
      Key(
        "port", \.value.port, .optional("same", or: .port),
        "in quotes or not; `same`: the port that the client connected to", where: \.value.isShort
      ).required("a line like \"port: 8000\""),
      Key(
        "endpoints", \.endpoints, of: endpoint, noun: "endpoint",
        "instead of `host` and `port`: servers that serve the same ([ENDPOINTS.md](../ENDPOINTS.md))",
        first: { _ in BackendEndpoint(host: .name(""), port: nil) }, where: { !$0.value.isShort }
      ).replacing("host", "port"),
      Key(
        "balance", \.value.balance, .choice,
        "which endpoint a client gets ([ENDPOINTS.md](../ENDPOINTS.md#which-endpoint))",
        where: { !$0.value.isShort }),
      Key("timeouts", \.self, .section(backendTimeouts), "keys that are not set here are inherited from the top level")
        .inherited,
      Key(
        "resolve", \.value.resolve, .section(resolve), "keys that are not set here are inherited from the top level",
        where: { !$0.value.hasAddressesOnly }
      ).inherited,
      Key(
        "health", \.value.health, .sectionOrOff(health),
        "whether the endpoints serve, as porxy looks by itself ([more](../ENDPOINTS.md#active-checks))"),
      Key(
        "on_down", \.value.onDown, .choice,
        "what becomes of an endpoint's sessions when `health` calls it down: `reset` ends them"),
      Key(
        "congestion", \.value.congestion, .congestion,
        "for what porxy sends to the server ([values](../CONFIGURATION.md#congestion-control))"),
      Key(
        "proxy_protocol", \.value.proxyProtocol, .optional("off", or: .choice),
        "the version of the PROXY header that each connection to the server begins with "
          + "([more](../CONFIGURATION.md#proxy-protocol))"),
    ],
    check: { reader, entry in
      reader.checkEndpoints(of: &entry)
      reader.checkHealth(of: entry)
      // What is said of it is a slip, what is inherited is not.
      let isKnown = entry.places["host"] != nil || entry.places["endpoints"] != nil
      guard isKnown, entry.value.value.hasAddressesOnly else { return }
      entry.value.value.resolve = ResolveSettings()
      guard let place = entry.places["resolve"] else { return }
      let what = entry.value.value.isShort ? "the host is an address" : "all hosts are addresses"
      reader.warn(place.key, "\"resolve\" has no effect, because \(what)", "remove it")
    })

  private static let backendTimeouts = Section<BackendDraft>(
    title: timeouts.title, initial: BackendDraft(),
    keys: timeouts.keys.map { $0.lifted(to: \.value.timeouts) } + [attempt.lifted(to: \.value.attempt)])

  /// The key of the top level's timeouts and of a backend's.
  static let attempt = Key<Duration?>(
    "attempt", \.self, .durationOrOff(in: shortest...longest),
    "only where a backend has several endpoints: how long an attempt may stay unanswered before the next endpoint is "
      + "tried in addition; `off`: as long as the attempt takes")
}

/// A backend as the file has it.
struct BackendDraft: Sendable {
  /// With `endpoints` written, they are what follows.
  var value = Backend(name: "", host: .name(""), port: nil)
  var endpoints: [Entry<BackendEndpoint>] = []

  init(timeouts: Timeouts = Timeouts(), attempt: Duration? = Backend.usualAttempt, resolve: ResolveSettings = .init()) {
    value.timeouts = timeouts
    value.attempt = attempt
    value.resolve = resolve
  }

  init(_ backend: Backend) {
    value = backend
    endpoints = backend.endpoints.map(Entry.init)
  }
}

extension Backend {
  var hasAddressesOnly: Bool {
    endpoints.allSatisfy { if case .address = $0.host { true } else { false } }
  }

  var writtenHost: WrittenHost {
    get { endpoints[0].writtenHost }
    set { endpoints[0].writtenHost = newValue }
  }
}

extension Form<String> {
  static func text(_ what: String) -> Form {
    text(what, print: { .text($0) }, parse: { $0 })
  }

  /// A name that can be printed in one piece in any log line.
  static var name: Form {
    text("text, up to \(Schema.nameMax) characters", print: { .text($0) }) { name throws(Fault) in
      let scalars = name.unicodeScalars
      guard scalars.count <= Schema.nameMax else {
        throw Fault("the name is longer than \(Schema.nameMax) characters", "shorten it")
      }
      guard scalars.first != " ", scalars.last != " ", scalars.allSatisfy(\.isVisible) else {
        throw Fault(
          "a name cannot contain control or invisible characters, or begin or end with a space",
          "use letters, digits, punctuation, and spaces between them")
      }
      return name
    }
  }
}

extension Unicode.Scalar {
  fileprivate var isVisible: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
    default: true
    }
  }
}

extension Form<Congestion> {
  /// A name is the kernel's; whether this machine has it is found when porxy starts.
  static var congestion: Form {
    let name = Form<String>.text("a name", samples: ["bbr", "off", "a-b_9"], print: { .text($0) }) {
      name throws(Fault) in
      let isName = name.utf8.allSatisfy {
        $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
      }
      guard isName, name.utf8.count <= Congestion.nameMax else {
        throw Fault(
          "\"congestion\" cannot be \(name.quotedForMessage)",
          "write auto, system, or a name from /proc/sys/net/ipv4/tcp_allowed_congestion_control")
      }
      return name
    }
    return .words(
      [("auto", .auto), ("system", .system)], or: name, make: { .named($0) },
      take: { if case .named(let name) = $0 { name } else { nil } })
  }
}
