import PorxyCore

extension Schema {
  /// Characters of a name.
  static let nameMax = 100
  /// Bytes of a host's name (RFC 1035 section 2.3.4).
  static let hostMax = 253

  /// An entry of `backends`.
  static let backend = Section<Backend>(
    title: "a backend", initial: Backend(name: "", host: .name(""), port: nil),
    keys: [
      Key("name", \.name, .name, "unique among the backends").required("a line like \"name: web\""),
      Key("host", \.writtenHost, .host, "the server's name or address").required("a line like \"host: localhost\""),
      Key(
        "port", \.port, .optional("same", or: .port),
        "in quotes or not; `same`: the port that the client connected to"
      ).required("a line like \"port: 8000\""),
      Key("timeouts", \.timeouts, .section(timeouts), "keys that are not set here are inherited from the top level")
        .inherited,
      Key(
        "resolve", \.resolve, .section(resolve), "keys that are not set here are inherited from the top level",
        where: { !$0.isAddress }
      ).inherited,
      Key(
        "congestion", \.congestion, .congestion,
        "for what porxy sends to the server ([values](../CONFIGURATION.md#congestion-control))"),
    ],
    check: { reader, entry in
      // What is said of it is a slip, what is inherited is not.
      guard entry.places["host"] != nil, entry.value.isAddress else { return }
      entry.value.resolve = ResolveSettings()
      guard let place = entry.places["resolve"] else { return }
      reader.warn(place.key, "\"resolve\" has no effect, because the host is an address", "remove it")
    })
}

extension Backend {
  fileprivate var isAddress: Bool { if case .address = host { true } else { false } }

  var writtenHost: WrittenHost {
    get { WrittenHost(host: host, interface: interface) }
    set { (host, interface) = (newValue.host, newValue.interface) }
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
