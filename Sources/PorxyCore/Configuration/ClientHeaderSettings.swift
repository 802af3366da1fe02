/// Which clients of a listener have to begin with a header of the PROXY protocol, which tells of the client that is
/// behind them.
public struct ClientHeaderSettings: Sendable, Equatable {
  /// Where they come from. The bytes of all others are never taken for a header: they could say anything.
  public var from: [IPNetwork]
  /// How long the header may take from when the client is accepted.
  public var timeout: Duration

  public init(from: [IPNetwork], timeout: Duration = .seconds(5)) {
    self.from = from
    self.timeout = timeout
  }

  /// Whether a client with this address has to send one.
  public func covers(_ address: IPAddress) -> Bool { from.contains(address: address) }
}

/// The versions of the PROXY protocol that porxy speaks.
public enum ProxyProtocolVersion: String, Sendable, CaseIterable {
  /// A line of text.
  case v1
  /// Binary, with further fields.
  case v2
}
