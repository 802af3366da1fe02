extension Endpoint: CustomStringConvertible {
  /// `127.0.0.1:80`, `[::1]:80` (RFC 5952 section 6).
  public var description: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
