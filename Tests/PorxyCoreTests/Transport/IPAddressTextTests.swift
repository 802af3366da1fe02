import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct IPAddressTextTests {
  @Test(
    "an address is read and written as RFC 5952 writes it",
    arguments: [
      ("0.0.0.0", "0.0.0.0"), ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"),
      ("1.20.255.0", "1.20.255.0"), ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
      ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
      ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("0:0:0:0:0:0:0:1", "::1"), ("1:0:0:0:0:0:0:0", "1::"),
      ("0001:002:03:4:5:6:7:8", "1:2:3:4:5:6:7:8"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
      ("::ffff:c000:201", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
      ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::1.2.3.4", "::102:304"), ("fe80::1%2", "fe80::1%2"),
      ("fe80::1%4294967295", "fe80::1%4294967295"), ("0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"),
      ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
  func isReadAndWritten(text: String, canonical: String) throws {
    let address = try #require(IPAddress(text))
    #expect("\(address)" == canonical)
    #expect(IPAddress(canonical) == address)
  }

  @Test(
    "what could be read in two ways is no address",
    arguments: [
      "", " ", "1", "1.2", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.04", "1.2.3.00", "256.1.1.1", "1.2.3.256",
      "1.2.3.4 ", " 1.2.3.4", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "0x7f.0.0.1", "1.2.3.a", "+1.2.3.4", "-1.2.3.4",
      "1.2.3.4294967297", "99999999999.1.1.1", "localhost", "*", "1.2.3.4%1", ":", ":::", ":1", "1:", "1:2", "::1::",
      "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4::5:6:7:8", "12345::", "g::", "::1%", "::1%eth0",
      "::1%0", "::1%01", "::1%4294967296", "%1", "[::1]", "::1.2.3", "::1.2.3.4.5", "1.2.3.4::", "::1.2.3.4:5",
      "1:2:3:4:5:6:7:1.2.3.4", "::01.2.3.4", "::1 ", "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "１.2.3.4", "::\u{ff11}",
    ])
  func isRefused(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test func endpointsAreWrittenWithTheirPort() {
    #expect("\(Endpoint(.loopbackV4, 80))" == "127.0.0.1:80")
    #expect("\(Endpoint(.loopbackV6, 8000))" == "[::1]:8000")
    #expect("\(Endpoint(IPAddress(v6: 0xfe80 << 48, 1, scope: 3), 1))" == "[fe80::1%3]:1")
  }

  /// Any address reads back from what is written for it; zero groups are frequent on purpose.
  @Test func randomAddressesReadBack() {
    var generator = Xoshiro256(seed: 17)
    for _ in 0..<5000 {
      var halves: [UInt64] = [0, 0]
      for half in 0..<2 {
        for _ in 0..<4 { halves[half] = halves[half] << 16 | (generator.chance(1, in: 2) ? 0 : generator.below(65536)) }
      }
      let address = IPAddress(v6: halves[0], halves[1])
      #expect(IPAddress("\(address)") == address)
      let v4 = IPAddress(v4: UInt32(generator.below(1 << 32)))
      #expect(IPAddress("\(v4)") == v4)
    }
  }
}
