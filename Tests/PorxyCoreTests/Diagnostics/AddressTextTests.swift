import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct AddressTextTests {
  /// Expectations from RFC 5952 section 4, and `inet_ntop`.
  @Test(arguments: [
    (IPAddress(v4: 0), "0.0.0.0:80"),
    (IPAddress(v4: 0xffff_ffff), "255.255.255.255:80"),
    (IPAddress(v4: 0x0a00_0102), "10.0.1.2:80"),
    (IPAddress(v6: 0, 0), "[::]:80"),
    (IPAddress(v6: 0, 1), "[::1]:80"),
    (IPAddress(v6: 0x2001_0db8_0000_0000, 0x0000_0000_0000_0001), "[2001:db8::1]:80"),
    (IPAddress(v6: 0x2001_0db8_0000_0001, 0x0001_0001_0001_0001), "[2001:db8:0:1:1:1:1:1]:80"),
    (IPAddress(v6: 0x2001_0db8_0000_0000, 0x0001_0000_0000_0001), "[2001:db8::1:0:0:1]:80"),
    (IPAddress(v6: 0x2001_0000_0000_0001, 0x0000_0000_0000_0001), "[2001:0:0:1::1]:80"),
    (IPAddress(v6: 0x2001_0db8_0000_0000, 0), "[2001:db8::]:80"),
    (IPAddress(v6: 0xfe80_0000_0000_0000, 0xabcd, scope: 3), "[fe80::abcd%3]:80"),
    (IPAddress(v6: 0, 0xffff_c000_0201), "[::ffff:192.0.2.1]:80"),
  ])
  func writesTheUsualForm(_ address: IPAddress, _ expected: String) {
    #expect("\(Endpoint(address, 80))" == expected)
  }
}
