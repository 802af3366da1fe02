/// An address and a port.
public struct Endpoint: Sendable, Hashable {
  public let address: IPAddress
  public let port: UInt16

  @inlinable
  public init(_ address: IPAddress, _ port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension Endpoint: CustomStringConvertible {
  /// `127.0.0.1:80`, `[::1]:80` (RFC 5952 section 6).
  public var description: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

extension Endpoint {
  /// Appends `192.0.2.1:80` or `[2001:db8::1]:80`.
  func write(to text: inout [UInt8]) {
    if address.family == .v6 { text.append(UInt8(ascii: "[")) }
    address.write(to: &text)
    if address.family == .v6 { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text.append(digits: UInt64(port))
  }
}
