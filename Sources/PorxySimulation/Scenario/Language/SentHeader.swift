public import PorxyCore

/// A PROXY header that a client sends. All that tell of somebody tell of the same: 192.0.2.7, port 1234, which has
/// connected to 198.51.100.9, port 443.
public enum SentHeader: String, Sendable, CaseIterable {
  case v1
  case v2
  /// With further fields behind the addresses, a checksum among them.
  case extras = "v2 with extras"
  /// `PROXY UNKNOWN`.
  case unknown = "v1 unknown"
  /// Of a proxy that connects for itself.
  case local = "v2 local"
  /// Something that is not one.
  case wrong

  /// Written down by hand, from the specification.
  package var bytes: [UInt8] {
    switch self {
    case .v1: Array("PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\r\n".utf8)
    case .v2: HeaderBytes.signature + [0x21, 0x11, 0x00, 0x0c] + HeaderBytes.told
    case .extras:
      HeaderBytes.signature + [0x21, 0x11, 0x00, 0x1c] + HeaderBytes.told + [0x04, 0x00, 0x02, 0xaa, 0xbb]
        + [0x03, 0x00, 0x04, 0xb4, 0x1e, 0xeb, 0x3a] + [0xe0, 0x00, 0x01, 0x2a]
    case .unknown: Array("PROXY UNKNOWN\r\n".utf8)
    case .local: HeaderBytes.signature + [0x20, 0x00, 0x00, 0x00]
    case .wrong: Array("PROXY TCP9 192.0.2.7 198.51.100.9 1234 443\r\n".utf8)
    }
  }
}

/// How much of a header is sent at once.
public enum HeaderPart: Sendable, Equatable {
  case whole
  /// So many bytes of what was not sent before.
  case next(UInt64)
  /// What was not sent before.
  case rest
}

extension HeaderPart: CustomStringConvertible {
  public var description: String {
    switch self {
    case .whole: ""
    case .next(let count): " next \(count)"
    case .rest: " rest"
    }
  }
}

/// A PROXY header that comes to a server, ahead of the client's bytes.
public enum ReceivedHeader: Sendable, Equatable {
  /// The very one that tells of what a client's header told.
  case told(SentHeader)
  /// It tells of a client's own connection.
  case own(ProxyProtocolVersion, client: Int)
  /// It says that nothing is known.
  case unknown(ProxyProtocolVersion)
  /// Porxy itself has connected, to look: LOCAL, or in version 1 the addresses of the connection.
  case porxy(ProxyProtocolVersion)
  /// There is none, or another.
  case none
}

extension ReceivedHeader: CustomStringConvertible {
  public var description: String {
    switch self {
    case .told(.extras): "v2 told with extras"
    case .told(let header): "\(header.rawValue) told"
    case .own(let version, let client): "\(version.rawValue) of client" + (client == 1 ? "" : " \(client)")
    case .unknown(let version): "\(version.rawValue) unknown"
    case .porxy(let version): "\(version.rawValue) of porxy"
    case .none: "none"
    }
  }
}

/// Headers as the specification has them, made without anything of porxy's.
package enum HeaderBytes {
  static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
  static let told: [UInt8] = [192, 0, 2, 7, 198, 51, 100, 9, 0x04, 0xd2, 0x01, 0xbb]

  /// One that says that nothing is known.
  package static func unknown(_ version: ProxyProtocolVersion) -> [UInt8] {
    version == .v1 ? SentHeader.unknown.bytes : signature + [0x21, 0x00, 0x00, 0x00]
  }

  /// One of a proxy that connects for itself, between these addresses.
  package static func ofProxy(_ version: ProxyProtocolVersion, _ proxy: Endpoint, _ server: Endpoint) -> [UInt8] {
    version == .v1 ? own(.v1, proxy, server) : SentHeader.local.bytes
  }

  /// One that tells of a connection between two addresses of one family.
  package static func own(_ version: ProxyProtocolVersion, _ client: Endpoint, _ entrance: Endpoint) -> [UInt8] {
    let isV4 = client.address.family == .v4
    if version == .v1 {
      let family = isV4 ? "TCP4" : "TCP6"
      return Array(
        "PROXY \(family) \(client.address) \(entrance.address) \(client.port) \(entrance.port)\r\n".utf8)
    }
    let addresses = [client.address, entrance.address].flatMap { address in
      (isV4 ? [] : bytes(address.high, 8)) + bytes(address.low, isV4 ? 4 : 8)
    }
    return signature + [0x21, isV4 ? 0x11 : 0x21, 0x00, isV4 ? 12 : 36] + addresses + bytes(UInt64(client.port), 2)
      + bytes(UInt64(entrance.port), 2)
  }

  private static func bytes(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) }
  }
}

/// What is set for porxy about PROXY headers.
public enum HeaderSetting: Sendable, Equatable {
  /// All clients have to send one.
  case required
  /// Only clients of a network that has none.
  case foreign
  /// `proxy_protocol.timeout`.
  case timeout(Duration)
  /// The servers get one.
  case toBackend(ProxyProtocolVersion)
  /// Porxy's own listeners get one of porxy itself.
  case between(ProxyProtocolVersion)
}

extension HeaderSetting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .required: PorxySettingKey.headersRequired.rawValue
    case .foreign: PorxySettingKey.headersForeign.rawValue
    case .timeout(let time): "\(PorxySettingKey.headersTimeout.rawValue) \(time.scenarioText)"
    case .toBackend(let version): "\(PorxySettingKey.headersToBackend.rawValue) \(version.rawValue)"
    case .between(let version): "\(PorxySettingKey.headersBetween.rawValue) \(version.rawValue)"
    }
  }
}

extension TokenCursor {
  mutating func takeSentHeader() throws(ScenarioComplaint) -> SocketAction {
    let header = try choose("header", SentHeader.self)
    if take("rest") { return .sendHeader(header, .rest) }
    guard take("next") else { return .sendHeader(header, .whole) }
    return .sendHeader(header, .next(try takeNumber("bytes", in: 1...UInt64(header.bytes.count - 1))))
  }

  mutating func takeReceivedHeader() throws(ScenarioComplaint) -> SocketAction {
    if take("none") { return .receiveHeader(.none) }
    let version = try choose("version", ProxyProtocolVersion.self)
    if take("unknown") { return .receiveHeader(.unknown(version)) }
    if take("of porxy") { return .receiveHeader(.porxy(version)) }
    if take("of client") {
      guard let word = peek, word.first?.isNumber == true else { return .receiveHeader(.own(version, client: 1)) }
      return .receiveHeader(.own(version, client: try takeNumber("a client", in: 2...250)))
    }
    guard take("told") else { throw expected("'told', 'of client', 'of porxy' or 'unknown'") }
    if version == .v2, take("with extras") { return .receiveHeader(.told(.extras)) }
    return .receiveHeader(.told(version == .v1 ? .v1 : .v2))
  }
}
