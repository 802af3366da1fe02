@testable import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct IPNetworkTests {
  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

  private func network(_ text: String, _ prefix: Int) throws -> IPNetwork {
    try #require(IPNetwork(around: try address(text), prefix: prefix))
  }

  @Test("a network holds its first and its last address, and not their neighbours")
  func edges() throws {
    for (around, prefix, inside, outside) in [
      ("10.0.0.0", 8, ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::a00:1"]),
      ("192.0.2.128", 25, ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.0"]),
      ("192.0.2.4", 31, ["192.0.2.4", "192.0.2.5"], ["192.0.2.3", "192.0.2.6"]),
      ("192.0.2.7", 32, ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
      ("0.0.0.0", 0, ["0.0.0.0", "255.255.255.255"], ["::"]),
      ("fd00::", 8, ["fd00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], ["fcff::", "fe00::"]),
      ("2001:db8::", 64, ["2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"], ["2001:db8:0:1::", "2001:db7::"]),
      ("2001:db8::", 65, ["2001:db8::7fff:0:0:0"], ["2001:db8::8000:0:0:0"]),
      ("2001:db8::8000:0:0:0", 65, ["2001:db8::8000:0:0:1"], ["2001:db8::7fff:0:0:0"]),
      ("2001:db8::fffe", 127, ["2001:db8::fffe", "2001:db8::ffff"], ["2001:db8::fffd", "2001:db8::1:0"]),
      ("2001:db8::1", 128, ["2001:db8::1"], ["2001:db8::", "2001:db8::2"]),
      ("::", 0, ["::", "ffff::"], ["0.0.0.0", "::ffff:192.0.2.1"]),
      ("fe80::", 10, ["fe80::1", "fe80::1%3"], ["fec0::"]),
    ] {
      let network = try network(around, prefix)
      for text in inside {
        let address = try address(text)
        #expect(network.contains(address), "\(text) in \(network)")
      }
      for text in outside {
        let address = try address(text)
        #expect(!network.contains(address), "\(text) not in \(network)")
      }
    }
  }

  @Test("IPv4 in the form of IPv6 is IPv4")
  func mapped() throws {
    let (network, plain) = (try network("::ffff:10.1.0.0", 112), try network("10.1.0.0", 16))
    #expect(network == plain)
    let (mapped, v4, outside) = (
      try address("::ffff:10.1.2.3"), try address("10.1.2.3"), try address("::ffff:10.2.0.0")
    )
    #expect(network.contains(mapped))
    #expect(network.contains(v4))
    #expect(!network.contains(outside))
    #expect(IPNetwork(mapped).description == "10.1.2.3")
  }

  @Test("a network of any size holds exactly the addresses that begin with its bits")
  func bits() {
    var random = Xoshiro256(seed: 1)
    for _ in 0..<20_000 {
      let isV4 = random.chance(1, in: 2)
      let width = isV4 ? 32 : 128
      let prefix = Int(random.below(UInt64(width + 1)))
      let (high, low) = (isV4 ? 0 : random.next(), isV4 ? random.next() >> 32 : random.next())
      // Another address that differs in one bit, inside or outside of the prefix.
      let bit = Int(random.below(UInt64(width)))
      let place = width - 1 - bit
      let other = (
        high: place < 64 ? high : high ^ 1 << UInt64(place - 64), low: place < 64 ? low ^ 1 << UInt64(place) : low
      )
      func address(_ high: UInt64, _ low: UInt64) -> IPAddress {
        isV4 ? IPAddress(v4: UInt32(low)) : IPAddress(v6: high | 1 << 63, low)
      }
      // The first bit of IPv6 addresses is set, so that none is IPv4 in that form.
      guard isV4 || bit > 0 else { continue }
      let network = IPNetwork(around: address(high, low), prefix: prefix)
      #expect(network?.contains(address(high, low)) == true)
      #expect(network?.contains(address(other.high, other.low)) == (bit >= prefix), "bit \(bit) of \(prefix)")
    }
  }

  @Test("a prefix longer than the address is none")
  func ranges() {
    #expect(IPNetwork(around: .anyV4, prefix: 33) == nil)
    #expect(IPNetwork(around: .anyV6, prefix: 129) == nil)
    #expect(IPNetwork(around: .anyV4, prefix: -1) == nil)
  }

  @Test("it is written as it is read, its first address in front")
  func text() throws {
    for (around, prefix, text) in [
      ("10.1.2.3", 8, "10.0.0.0/8"), ("10.1.2.3", 32, "10.1.2.3"), ("fd00::1", 8, "fd00::/8"), ("::", 0, "::/0"),
    ] {
      let network = try network(around, prefix)
      #expect(network.description == text)
    }
  }
}
