@testable import PorxyCore

/// Headers made by hand from the text of the specification, and what they tell.
struct HeaderVector {
  var title: String
  var bytes: [UInt8]
  var told: ToldAddresses?
  /// Bytes of the further fields at its end.
  var extras = 0

  static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

  static let all: [HeaderVector] = [
    line("PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\r\n", v4),
    line(
      "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
      told("255.255.255.255", 65535, "255.255.255.255", 65535)),
    line("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", told("0.0.0.0", 0, "0.0.0.0", 0)),
    line("PROXY TCP6 2001:db8::7 2001:db8::9 1234 443\r\n", v6),
    line(
      "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
      told("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535)),
    line("PROXY UNKNOWN\r\n", nil),
    line("PROXY UNKNOWN what ever\r\n", nil),
    // The longest line there may be: 107 bytes.
    line(
      "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
      nil),
    HeaderVector(title: "LOCAL", bytes: signature + [0x20, 0x00, 0x00, 0x00], told: nil),
    HeaderVector(
      title: "LOCAL with addresses, which mean nothing",
      bytes: signature + [0x20, 0x11, 0x00, 0x0c, 192, 0, 2, 7, 198, 51, 100, 9, 0x04, 0xd2, 0x01, 0xbb], told: nil),
    HeaderVector(title: "unspecified", bytes: signature + [0x21, 0x00, 0x00, 0x00], told: nil),
    HeaderVector(title: "unspecified, with bytes", bytes: signature + [0x21, 0x00, 0x00, 0x02, 7, 7], told: nil),
    HeaderVector(
      title: "TCP over IPv4",
      bytes: signature + [0x21, 0x11, 0x00, 0x0c, 192, 0, 2, 7, 198, 51, 100, 9, 0x04, 0xd2, 0x01, 0xbb], told: v4),
    HeaderVector(
      title: "TCP over IPv6",
      bytes: signature + [0x21, 0x21, 0x00, 0x24, 0x20, 0x01, 0x0d, 0xb8] + zeros(11) + [7, 0x20, 0x01, 0x0d, 0xb8]
        + zeros(11) + [9, 0x04, 0xd2, 0x01, 0xbb],
      told: v6),
    HeaderVector(
      title: "UDP over IPv4",
      bytes: signature + [0x21, 0x12, 0x00, 0x0c, 192, 0, 2, 7, 198, 51, 100, 9, 0x04, 0xd2, 0x01, 0xbb], told: nil),
    HeaderVector(title: "unix", bytes: signature + [0x21, 0x31, 0x00, 0xd8] + zeros(216), told: nil),
    HeaderVector(
      title: "a checksum between other fields; calculated by another program",
      bytes: signature + [0x21, 0x11, 0x00, 0x1c, 192, 0, 2, 7, 198, 51, 100, 9, 0x04, 0xd2, 0x01, 0xbb]
        + [0x04, 0x00, 0x02, 0xaa, 0xbb] + [0x03, 0x00, 0x04, 0xb4, 0x1e, 0xeb, 0x3a] + [0xe0, 0x00, 0x01, 0x2a],
      told: v4, extras: 16),
    HeaderVector(
      title: "one that a load balancer of AWS has sent, with its checksum",
      bytes: signature + [
        0x21, 0x11, 0x00, 0x54, 0xac, 0x1f, 0x07, 0x71, 0xac, 0x1f, 0x0a, 0x1f, 0xc8, 0xf2, 0x00, 0x50,
      ]
        + [0x03, 0x00, 0x04, 0xe8, 0xd6, 0x89, 0x2d] + [0xea, 0x00, 0x17, 0x01] + Array("vpce-08d2bf15fac5001c9".utf8)
        + [0x04, 0x00, 0x24] + zeros(36),
      told: told("172.31.7.113", 51442, "172.31.10.31", 80), extras: 72),
  ]

  static func read(_ bytes: some Sequence<UInt8>) -> ProxyHeader.Reading {
    let array = Array(bytes)
    return ProxyHeader.read(array.span)
  }

  static let v4 = told("192.0.2.7", 1234, "198.51.100.9", 443)
  static let v6 = told("2001:db8::7", 1234, "2001:db8::9", 443)

  static func told(_ client: String, _ port: UInt16, _ entrance: String, _ its: UInt16) -> ToldAddresses {
    ToldAddresses(client: Endpoint(IPAddress(client)!, port), entrance: Endpoint(IPAddress(entrance)!, its))
  }

  static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

  private static func line(_ text: String, _ told: ToldAddresses?) -> HeaderVector {
    HeaderVector(title: text, bytes: Array(text.utf8), told: told)
  }
}
