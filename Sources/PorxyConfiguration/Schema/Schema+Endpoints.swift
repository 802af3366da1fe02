import PorxyCore

extension Schema {
  /// An entry of a backend's `endpoints`.
  static let endpoint = Section<BackendEndpoint>(
    title: "an endpoint", initial: BackendEndpoint(host: .name(""), port: nil),
    keys: [
      Key("host", \.writtenHost, .host, "the server's name or address").required("a line like \"host: localhost\""),
      Key(
        "port", \.port, .optional("same", or: .port),
        "in quotes or not; `same`: the port that the client connected to"
      ).required("a line like \"port: 8000\""),
      Key("name", \.name, .name, "unique in the backend; without it, host and port"),
      Key(
        "weight", \.weight, .number(in: 1...BackendEndpoint.weightMax), "its share, next to the weights of the others"),
      Key("backup", \.isBackup, .boolean, "`true`: tried only behind the others, unless they are troubled"),
      Key(
        "sessions", \.sessionsMax, sessions,
        "sessions at a time; where all endpoints have as many as they may, clients wait to be accepted"),
      Key("drain", \.isDrained, .boolean, "`true`: it gets no new sessions"),
    ])
}

extension BackendEndpoint {
  var writtenHost: WrittenHost {
    get { WrittenHost(host: host, interface: interface) }
    set { (host, interface) = (newValue.host, newValue.interface) }
  }
}

extension SchemaReader {
  /// What the endpoints of a backend mean together, and to its other keys.
  mutating func checkEndpoints(of entry: inout Entry<BackendDraft>) {
    guard let place = entry.places["endpoints"] else {
      if let balance = entry.places["balance"] {
        entry.value.value.balance = .least
        warn(balance.key, "\"balance\" has no effect, because the backend has one endpoint", "remove it")
      }
      return
    }
    let endpoints = entry.value.endpoints
    if endpoints.count > Limits.endpointsOfBackendMax {
      complain(
        place.key, "a backend cannot have more than \(Limits.endpointsOfBackendMax) endpoints",
        "give some of them to another backend, or use one name with several addresses")
    }
    if !endpoints.isEmpty { entry.value.value.endpoints = endpoints.map(\.value) }
    checkNames(of: endpoints)
    let sound = endpoints.filter { $0.places["host"] != nil && $0.places["port"] != nil }
    if !sound.isEmpty, sound.count == endpoints.count, sound.allSatisfy(\.value.isBackup) {
      warn(place.key, "all endpoints are backups, so \"backup\" has no effect", "remove it from those that come first")
    }
    guard entry.value.value.balance == .first else { return }
    for endpoint in endpoints {
      guard let weight = endpoint.places["weight"] else { continue }
      warn(weight.key, "\"weight\" has no effect with \"balance: first\"", "remove it, or choose another balance")
    }
  }

  private mutating func checkNames(of endpoints: [Entry<BackendEndpoint>]) {
    // lookup only: the names there are.
    var names: Set<String> = []
    for endpoint in endpoints {
      guard let host = endpoint.places["host"], endpoint.places["port"] != nil else { continue }
      let place = endpoint.places["name"] ?? host
      if !names.insert(endpoint.value.name).inserted {
        complain(
          place.value, "another endpoint of this backend is already named \(endpoint.value.name.quotedForMessage)",
          "remove one of them, or give each a name of its own")
      }
    }
    // lookup only: the places there are.
    var places: Set<WrittenPlace> = []
    for endpoint in endpoints {
      guard let host = endpoint.places["host"], endpoint.places["port"] != nil else { continue }
      guard !places.insert(WrittenPlace(endpoint.value)).inserted, endpoint.places["name"] != nil else { continue }
      complain(
        host.value, "another endpoint of this backend has the same host and port",
        "remove one of them; \"weight\" gives an endpoint a larger share")
    }
  }
}

/// Where an endpoint is, as it is written.
private struct WrittenPlace: Hashable {
  private let host: String
  private let port: UInt16?

  init(_ endpoint: BackendEndpoint) {
    switch endpoint.host {
    case .address(let address): host = "\(WrittenAddress(address, interface: endpoint.interface))"
    case .name(let name): host = name.lowercased()
    }
    port = endpoint.port
  }
}
