extension Endpoint: CustomStringConvertible {
  /// `127.0.0.1:80`, `[::1]:80` (RFC 5952 section 6).
  public var description: String {
    switch address.family {
    case .v4: "\(address):\(port)"
    case .v6: "[\(address)]:\(port)"
    }
  }
}
