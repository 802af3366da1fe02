import PorxyCore

extension Scenario {
  /// Porxy takes a header from clients, so that nobody else is to see it.
  var takesHeaders: Bool { porxySettings.contains(.headers(.required)) }

  /// A step changes the faults of porxy's configuration.
  package var changesFaults: Bool {
    steps.contains { if case .porxy(.change) = $0.action { true } else { false } }
  }

  /// Porxy writes headers, to servers or to itself.
  var makesHeaders: Bool {
    porxySettings.contains {
      switch $0 {
      case .headers(.toBackend), .headers(.between): true
      default: false
      }
    }
  }

  /// What the servers get of each connection.
  var headersToBackend: ProxyProtocolVersion? {
    for case .headers(.toBackend(let version)) in porxySettings { return version }
    return nil
  }

  func setHeaders(_ settings: [HeaderSetting], in configuration: inout Configuration) {
    var wanted: ClientHeaderSettings?
    for setting in settings {
      switch setting {
      case .required: wanted = ClientHeaderSettings(from: Self.everybody)
      case .foreign: wanted = ClientHeaderSettings(from: Self.nobody)
      case .between: wanted = wanted ?? ClientHeaderSettings(from: RunAddress.ofPorxy)
      case .timeout, .toBackend: break
      }
    }
    for case .timeout(let time) in settings { wanted?.timeout = time }
    for index in configuration.listeners.indices { configuration.listeners[index].proxyProtocol = wanted }
    for index in configuration.backends.indices {
      for setting in settings {
        switch setting {
        case .toBackend(let version) where !leadsBack(index): configuration.backends[index].proxyProtocol = version
        case .between(let version) where leadsBack(index): configuration.backends[index].proxyProtocol = version
        default: break
        }
      }
    }
  }

  /// Whether a backend is a listener of porxy's; the first one is the server's.
  private func leadsBack(_ backend: Int) -> Bool {
    guard backend > 0, case .listener = sideListeners[backend - 1].target else { return false }
    return true
  }

  private static let everybody = [IPAddress.anyV4, .anyV6].compactMap { IPNetwork(around: $0, prefix: 0) }
  /// A network for documentation (RFC 5737), in which no host is.
  private static let nobody = [IPNetwork(around: IPAddress(v4: 0xcb00_7100), prefix: 24)].compactMap { $0 }
}

extension RunAddress {
  /// Porxy's own addresses.
  static let ofPorxy = [IPNetwork(porxy(.v4)), IPNetwork(porxy(.v6))]
}

// What porxy's headers say, held to what they have to.
extension ScenarioRun {
  /// Sends it where there is a proxy; false where the socket does not take it.
  func sendHeader(_ header: SentHeader, _ part: HeaderPart, _ role: Role, _ socket: Socket) -> Bool {
    guard stage.arm == .proxied else { return true }
    let all = header.bytes
    let sent = Int(peers[role]?.headerSent ?? 0)
    let bytes =
      switch part {
      case .whole: all
      case .next(let count): Array(all.dropFirst(sent).prefix(Int(count)))
      case .rest: Array(all.dropFirst(sent))
      }
    guard !bytes.isEmpty else { return false }
    peers[role]?.headerSent += UInt64(bytes.count)
    return calls.send(socket, literal: bytes)
  }

  /// Takes the bytes of a header, and not one more, and says what they are.
  func receiveHeader(
    _ expected: ReceivedHeader, _ role: Role, _ socket: Socket, _ patience: Duration
  ) -> ReceivedHeader {
    guard stage.arm == .proxied else { return expected }
    let candidates = headers(to: socket)
    var bytes: [UInt8] = []
    var seen: ReceivedHeader?
    stage.wait(patience) {
      while seen == nil {  // bound: the longest of those that are known
        guard let byte = calls.receiveByte(socket) else { return false }
        bytes.append(byte)
        if let hit = candidates.first(where: { $0.bytes == bytes }) { seen = hit.header }
        if !candidates.contains(where: { $0.bytes.starts(with: bytes) }) { seen = ReceivedHeader.none }
      }
      return true
    }
    if case .porxy = seen { peers[role]?.headerOfPorxy = UInt64(bytes.count) }
    return seen ?? .none
  }

  /// All that a server may get on a socket; none is the beginning of another.
  private func headers(to socket: Socket) -> [(header: ReceivedHeader, bytes: [UInt8])] {
    var all: [(header: ReceivedHeader, bytes: [UInt8])] = [SentHeader.v1, .v2, .extras].map { (.told($0), $0.bytes) }
    for version in ProxyProtocolVersion.allCases {
      all.append((.unknown(version), HeaderBytes.unknown(version)))
      if let porxy = calls.remoteEndpoint(of: socket) {
        all.append((.porxy(version), HeaderBytes.ofProxy(version, porxy, calls.localEndpoint(of: socket))))
      }
      for (place, client) in peers.clients.enumerated() {
        guard let client, let entrance = client.entrance else { continue }
        all.append((.own(version, client: place + 1), HeaderBytes.own(version, client.endpoint, entrance)))
      }
    }
    return all
  }
}
