import PorxyCore

extension Schema {
  /// An entry of `listeners`.
  static let listener = Section<ListenerDraft>(
    title: "a listener", initial: ListenerDraft(),
    keys: [
      Key("name", \.value.name, .name, "unique among the listeners").required("a line like \"name: web\""),
      Key("backend", \.backend, .text("the name of a backend"), "the backend that clients are passed to")
        .required("a line like \"backend: app\", with the name of a backend"),
      Key(
        "address", \.address, .listeningAddress,
        "where clients are accepted ([addresses](../CONFIGURATION.md#addresses))"
      ).required(
        "a line like \"address: 127.0.0.1\", or \"address: 0.0.0.0\" for all of this machine's IPv4 addresses"),
      Key("port", \.port, .port, "in quotes or not", where: { $0.ports.count == 1 })
        .required("a line like \"port: 8000\""),
      Key("ports", \.ports, .portRange, "instead of `port`", where: { $0.ports.count > 1 }).replacing("port"),
      Key(
        "dual_stack", \.value.isDualStack, .boolean, "only with the address `\"::\"`; `false`: IPv6 clients only",
        where: { $0.address.addresses == [WrittenAddress(.anyV6)] }),
      Key(
        "freebind", \.value.isFreebind, .boolean,
        "`true`: also listen on an address that this machine does not have yet (IP_FREEBIND)"),
      Key(
        "timeouts", \.value.timeouts, .section(timeouts), "keys that are not set here are inherited from the top level"
      )
      .inherited,
      Key("limits", \.value, .section(listenerLimits), "for this listener only"),
      Key(
        "congestion", \.value.congestion, .congestion,
        "for what porxy sends to clients ([values](../CONFIGURATION.md#congestion-control))"),
      Key(
        "mirror", \.value.isMirror, .boolean,
        "`true`: does not listen while the backend refuses ([mirror](../CONFIGURATION.md#mirror))"),
      Key(
        "when_removed", \.value.whenRemoved, .choice,
        "what happens to its sessions when a reload removes it: they go on, get `timeouts.drain`, or are reset"
      ),
      Key(
        "proxy_protocol", \.value.proxyProtocol, .sectionOrOff(clientHeaders),
        "clients that begin with a PROXY header ([more](../CONFIGURATION.md#proxy-protocol))"),
    ],
    check: { reader, entry in
      if let place = entry.places["dual_stack"] { reader.checkDualStack(&entry, at: place.value) }
    })

  private static let listenerLimits = Section<Listener>(
    title: "\"limits\" of a listener", initial: ListenerDraft().value,
    keys: [Key("sessions", \.sessionsMax, sessions, "sessions at a time on this listener")])
}

/// A listener as the file has it.
struct ListenerDraft: Sendable {
  /// All but what follows.
  var value = Listener(name: "", backend: 0, endpoints: [])
  var backend = ""
  var address = ListeningAddress.everywhere
  var ports: ClosedRange<UInt16> = 0...0

  init(timeouts: Timeouts = Timeouts()) {
    value.timeouts = timeouts
  }

  init(_ listener: Listener, backend: String) {
    value = listener
    self.backend = backend
    address = ListeningAddress(of: listener)
    ports = listener.ports
  }

  func listener(to backend: Int) -> Listener {
    var listener = value
    listener.backend = backend
    listener.endpoints = places.map(\.endpoint)
    listener.isEverywhere = address == .everywhere
    listener.interface = address.addresses[0].interface
    return listener
  }

  /// Port by port.
  var places: [ListeningPlace] {
    ports.flatMap { port in
      address.addresses.map { ListeningPlace($0, port) }
    }
  }

  fileprivate var port: UInt16 {
    get { ports.lowerBound }
    set { ports = newValue...newValue }
  }
}

extension SchemaReader {
  /// Whether `[::]` takes IPv4 clients too; for other addresses there is nothing to choose.
  fileprivate mutating func checkDualStack(_ entry: inout Entry<ListenerDraft>, at range: Range<Int>) {
    guard entry.places["address"] != nil else { return }
    if entry.value.address.addresses != [WrittenAddress(.anyV6)] {
      complain(
        range, "\"dual_stack\" applies only to the address \"::\"",
        "remove it, or write address: \"::\" for all addresses of this machine")
      entry.value.value.isDualStack = true
    } else if entry.value.address == .everywhere, !entry.value.value.isDualStack {
      complain(range, "the address \"*\" means both IPv4 and IPv6", "write address: \"::\" for IPv6 alone")
    }
  }
}

extension Form<ClosedRange<UInt16>> {
  /// `9000-9100`.
  fileprivate static var portRange: Form {
    .text("a range of ports, such as `9000-9100`", print: { .word("\($0.lowerBound)-\($0.upperBound)") }) {
      text throws(Fault) in
      let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isDigit) }) else {
        throw Fault(
          "\"ports\" cannot be \(text.quotedForMessage)",
          "write the first and the last port, like 9000-9100; for a single port, use \"port:\"")
      }
      let ends = parts.map { Int(Substring($0)) ?? .max }
      guard ends.allSatisfy({ 1...65535 ~= $0 }) else {
        throw Fault("\"ports\" is out of range", "write two numbers from 1 to 65535, like 9000-9100")
      }
      guard ends[0] <= ends[1] else {
        throw Fault("the last port is lower than the first", "write the lower one first: \(ends[1])-\(ends[0])")
      }
      return UInt16(ends[0])...UInt16(ends[1])
    }
  }
}
