@testable import PorxyCore
import TestSupport
import Testing

/// Headers that nobody has written: whatever comes, an answer comes, and more bytes never change one that was final.
@Suite("PROXY protocol: any bytes", .timed) struct ProxyHeaderFuzzTests {
  private static let rounds = 20_000

  /// The answers to all beginnings of the bytes: incomplete ones, and then one and the same.
  private func check(_ bytes: [UInt8]) {
    var final: ProxyHeader.Reading?
    for count in 0...bytes.count {
      let reading = HeaderVector.read(bytes[..<count])
      if let final {
        #expect(reading == final, "\(bytes)")
        continue
      }
      guard reading != .incomplete else { continue }
      final = reading
      if case .whole(let header) = reading {
        #expect(header.count == count, "a header is whole with its last byte: \(bytes)")
        #expect(header.extras.upperBound <= count)
      }
    }
    if bytes.count >= ProxyHeader.fixedCount + ProxyHeader.blockMax { #expect(final != nil) }
  }

  @Test("a header with some bytes changed, taken out, put in or doubled")
  func mutations() {
    var random = Xoshiro256(seed: 0x9047)
    for _ in 0..<Self.rounds {
      var bytes = random.pick(HeaderVector.all).bytes
      for _ in 0...random.below(3) where !bytes.isEmpty {
        let place = Int(random.below(UInt64(bytes.count)))
        switch random.below(5) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes[place] ^= 1 << UInt8(random.below(8))
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(random.pick(Array("\r\n :.09%xP\0".utf8)), at: place)
        default: bytes.insert(contentsOf: bytes[place...], at: place)
        }
      }
      check(bytes)
    }
  }

  @Test("random bytes, behind the beginning of a header or none")
  func noise() {
    var random = Xoshiro256(seed: 0x9048)
    for _ in 0..<Self.rounds {
      let vector = random.pick(HeaderVector.all).bytes
      let bytes = vector.prefix(Int(random.below(UInt64(vector.count + 1))))
      check(bytes + (0..<random.below(40)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
  }

  @Test("what is written is read, whatever the addresses")
  func roundTrip() {
    var random = Xoshiro256(seed: 0x9049)
    func address(_ isV4: Bool) -> IPAddress {
      isV4 ? IPAddress(v4: UInt32(truncatingIfNeeded: random.next())) : IPAddress(v6: random.next() | 1, random.next())
    }
    for _ in 0..<Self.rounds {
      let isV4 = random.chance(1, in: 2)
      let told = ToldAddresses(
        client: Endpoint(address(isV4), UInt16(truncatingIfNeeded: random.next())),
        entrance: Endpoint(address(isV4), UInt16(truncatingIfNeeded: random.next())))
      for version in ProxyProtocolVersion.allCases {
        var bytes: [UInt8] = []
        ProxyHeader.write(version, told, to: &bytes)
        guard case .whole(let header) = HeaderVector.read(bytes) else {
          Issue.record("\(told) is not read in \(version)")
          continue
        }
        #expect(header.told == told)
        #expect(header.count == bytes.count)
      }
    }
  }
}
