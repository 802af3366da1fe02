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
