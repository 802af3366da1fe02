extension Endpoint {
  /// Appends `192.0.2.1:80` or `[2001:db8::1]:80`.
  func write(to text: inout [UInt8]) {
    if address.family == .v6 { text.append(UInt8(ascii: "[")) }
    address.write(to: &text)
    if address.family == .v6 { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text.append(digits: UInt64(port))
  }

  /// The form of the log: `192.0.2.1:80` or `[2001:db8::1]:80`.
  public var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
