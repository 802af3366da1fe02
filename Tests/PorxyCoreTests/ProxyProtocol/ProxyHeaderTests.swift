@testable import PorxyCore
import TestSupport
import Testing

@Suite("PROXY protocol: headers", .timed) struct ProxyHeaderTests {
  @Test("a header tells what the specification says", arguments: HeaderVector.all.indices)
  func vectors(_ index: Int) {
    let vector = HeaderVector.all[index]
    let header = ProxyHeader(
      told: vector.told, count: vector.bytes.count,
      extras: vector.extras == 0 && vector.bytes[0] == UInt8(ascii: "P")
        ? 0..<0 : vector.bytes.count - vector.extras..<vector.bytes.count)
    #expect(HeaderVector.read(vector.bytes) == .whole(header), "\(vector.title)")
    // What stands behind it is not looked at.
    #expect(HeaderVector.read((vector.bytes + [0, 10, 13])) == .whole(header), "\(vector.title)")
  }

  @Test("each beginning of a header is incomplete", arguments: HeaderVector.all.indices)
  func prefixes(_ index: Int) {
    let vector = HeaderVector.all[index]
    for count in vector.bytes.indices {
      #expect(HeaderVector.read(vector.bytes[..<count]) == .incomplete, "\(count) bytes of \(vector.title)")
    }
  }

  @Test(
    "what is no header is wrong",
    arguments: [
      ("GET / HTTP/1.1\r\n", HeaderFlaw.noHeader), ("\n", .noHeader), ("proxy TCP4 ", .noHeader),
      ("PROXYTCP4", .noHeader),
      ("PROXX", .noHeader), ("\r\n\r\n\0\r\nQUIX", .noHeader), ("\r\n\r\nP", .noHeader), ("Q", .noHeader),
      ("PROXY \r\n", .malformed), ("PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\n", .malformed),
      ("PROXY  TCP4 192.0.2.7 198.51.100.9 1234 443\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 1234  443\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 1234 443 \r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 1234\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 01234 443\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 65536 443\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 -1 443\r\n", .malformed),
      ("PROXY TCP4 192.0.2.7 198.51.100.9 +1 443\r\n", .malformed),
      ("PROXY TCP4 192.0.02.7 198.51.100.9 1234 443\r\n", .malformed),
      ("PROXY TCP4 192.0.2 198.51.100.9 1234 443\r\n", .malformed),
      ("PROXY TCP4 ::1 ::1 1234 443\r\n", .malformed), ("PROXY TCP6 192.0.2.7 198.51.100.9 1234 443\r\n", .malformed),
      ("PROXY TCP6 fe80::1%1 fe80::2 1234 443\r\n", .malformed), ("PROXY TCP6 [::1] [::1] 1 2\r\n", .malformed),
      ("PROXY TCP5 192.0.2.7 198.51.100.9 1234 443\r\n", .malformed),
      ("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n", .malformed),
      ("PROXY UNKNOWNS\r\n", .malformed), ("PROXY unknown\r\n", .malformed), ("PROXY\r\n", .noHeader),
      ("PROXY TCP4 1.2.3.4\r 1.2.3.4 1 1\r\n", .malformed),
    ])
  func wrong(_ text: String, _ flaw: HeaderFlaw) {
    #expect(HeaderVector.read(Array(text.utf8)) == .wrong(flaw), "\(text)")
  }

  @Test("a line of version 1 has no more than 107 bytes")
  func longLine() {
    let line = Array("PROXY UNKNOWN ".utf8) + Array(repeating: UInt8(ascii: "x"), count: 91) + [13, 10]
    #expect(line.count == 107)
    #expect(HeaderVector.read(line) == .whole(ProxyHeader(told: nil, count: 107, extras: 0..<0)))
    var longer = line
    longer.insert(UInt8(ascii: "x"), at: 20)
    #expect(HeaderVector.read(longer) == .wrong(.tooLong))
    #expect(HeaderVector.read(longer[..<107]) == .wrong(.tooLong))
    #expect(HeaderVector.read(longer[..<106]) == .incomplete)
  }

  @Test("version 2: what porxy does not know is wrong, as soon as it is there")
  func binary() {
    let signature = HeaderVector.signature
    for (rest, flaw): ([UInt8], HeaderFlaw) in [
      ([0x11, 0x11, 0x00, 0x0c], .unknownVersion), ([0x31, 0x11, 0x00, 0x0c], .unknownVersion),
      ([0x22, 0x11, 0x00, 0x0c], .unknownCommand), ([0x2f, 0x11, 0x00, 0x0c], .unknownCommand),
      ([0x21, 0x11, 0x10, 0x01], .tooLong), ([0x20, 0x00, 0xff, 0xff], .tooLong),
      ([0x21, 0x41, 0x00, 0x00], .unknownFamily), ([0x21, 0x13, 0x00, 0x00], .unknownFamily),
      ([0x21, 0x11, 0x00, 0x0b] + HeaderVector.zeros(11), .malformed),
      ([0x21, 0x21, 0x00, 0x23] + HeaderVector.zeros(35), .malformed),
      ([0x21, 0x31, 0x00, 0xd7] + HeaderVector.zeros(215), .malformed),
      // A field that is cut, and one that says that it is longer than the header.
      ([0x21, 0x11, 0x00, 0x0e] + HeaderVector.zeros(12) + [4, 0], .malformed),
      ([0x21, 0x11, 0x00, 0x0f] + HeaderVector.zeros(12) + [4, 0, 1], .malformed),
      ([0x21, 0x11, 0x00, 0x12] + HeaderVector.zeros(12) + [3, 0, 3, 0, 0, 0], .malformed),
      ([0x21, 0x11, 0x00, 0x13] + HeaderVector.zeros(12) + [3, 0, 4, 0, 0, 0, 0], .wrongChecksum),
    ] {
      #expect(HeaderVector.read((signature + rest)) == .wrong(flaw), "\(rest)")
    }
    let most = signature + [0x20, 0x00, 0x10, 0x00] + HeaderVector.zeros(4096)
    #expect(HeaderVector.read(most) == .whole(ProxyHeader(told: nil, count: 4112, extras: 4112..<4112)))
  }

  @Test("the checksum is CRC-32C: its check value, and those of RFC 3720")
  func checksum() {
    for (bytes, value): ([UInt8], UInt32) in [
      (Array("123456789".utf8), 0xe306_9283), (HeaderVector.zeros(32), 0x8a91_36aa),
      (Array(repeating: 0xff, count: 32), 0x62a8_ab43), (Array(0..<32), 0x46dd_794e),
    ] {
      var sum = CRC32C()
      for byte in bytes { sum.add(byte) }
      #expect(sum.value == value)
    }
  }

  // MARK: Writing

  private func written(
    _ version: ProxyProtocolVersion, _ told: ToldAddresses?, extras: [UInt8] = []
  ) -> [UInt8] {
    var bytes: [UInt8] = [7]
    ProxyHeader.write(version, told, extras: extras, to: &bytes)
    #expect(bytes.removeFirst() == 7)
    return bytes
  }

  @Test("version 1 is written as the specification says")
  func lines() {
    #expect(written(.v1, HeaderVector.v4) == Array("PROXY TCP4 192.0.2.7 198.51.100.9 1234 443\r\n".utf8))
    #expect(written(.v1, HeaderVector.v6) == Array("PROXY TCP6 2001:db8::7 2001:db8::9 1234 443\r\n".utf8))
    #expect(written(.v1, nil) == Array("PROXY UNKNOWN\r\n".utf8))
    // IPv4 in the form of IPv6 is IPv4; two families are unknown; interfaces are this machine's matter.
    let mapped = HeaderVector.told("::ffff:192.0.2.7", 1234, "198.51.100.9", 443)
    #expect(written(.v1, mapped) == written(.v1, HeaderVector.v4))
    #expect(written(.v1, HeaderVector.told("192.0.2.7", 1, "2001:db8::9", 2)) == written(.v1, nil))
    let scoped = HeaderVector.told("fe80::1%3", 1, "fe80::2%3", 2)
    #expect(written(.v1, scoped) == Array("PROXY TCP6 fe80::1 fe80::2 1 2\r\n".utf8))
    let half = HeaderVector.told("::ffff:192.0.2.7", 1, "2001:db8::9", 2)
    #expect(written(.v1, half) == Array("PROXY TCP6 ::ffff:192.0.2.7 2001:db8::9 1 2\r\n".utf8))
    let longest = HeaderVector.told(
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 65535)
    #expect(written(.v1, longest).count == 104)
  }

  @Test("version 2 is written as the specification says")
  func blocks() throws {
    let v4 = try #require(HeaderVector.all.first { $0.title == "TCP over IPv4" })
    let v6 = try #require(HeaderVector.all.first { $0.title == "TCP over IPv6" })
    #expect(written(.v2, HeaderVector.v4) == v4.bytes)
    #expect(written(.v2, HeaderVector.v6) == v6.bytes)
    #expect(written(.v2, HeaderVector.told("::ffff:192.0.2.7", 1234, "::ffff:198.51.100.9", 443)) == v4.bytes)
    #expect(written(.v2, nil) == HeaderVector.signature + [0x21, 0, 0, 0])
    #expect(written(.v2, HeaderVector.told("192.0.2.7", 1, "2001:db8::9", 2), extras: [4, 0, 0]) == written(.v2, nil))
  }

  @Test("further fields are passed on as they came; a checksum is that of the new header")
  func extras() throws {
    for vector in HeaderVector.all where vector.extras > 0 {
      let extras = Array(vector.bytes.suffix(vector.extras))
      #expect(written(.v2, vector.told, extras: extras) == vector.bytes)
      let other = written(.v2, HeaderVector.v6, extras: extras)
      #expect(other != vector.bytes)
      guard case .whole(let header) = HeaderVector.read(other) else {
        Issue.record("\(vector.title): the checksum is wrong")
        continue
      }
      #expect(header.told == HeaderVector.v6)
      #expect(header.count == other.count)
      #expect(written(.v1, vector.told, extras: extras) == written(.v1, vector.told))
    }
  }
}
