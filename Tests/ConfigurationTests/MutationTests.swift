import Foundation
import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// Good files, damaged at random.
@Suite(.timed) struct MutationTests {
  private static let documents = [
    minimal,
    """
    %YAML 1.2
    --- # all there is
    workers: 2
    relay: "auto"
    log: {level: debug, "format":json}
    limits:
      sessions: 5000
      buffer: 64KiB
    timeouts: {connect: 5s, idle: off,
      keepalive: {idle: 30s, interval: 5s, count: 3}}
    listeners:
    - name: 'it''s'
      backend: "a\\x20b\\
        c"
      address: "[::]"
      dual_stack: false
      port: "8080"
      timeouts:
        idle: 5m

        # and so on
        keepalive: off
    - {name: many, backend: plain, address: "fe80::1%eth0", ports: 9000-9009, freebind: true}
    -
      name: two
       words
      backend: plain
      address: localhost
      port: 0x1F91
      limits: {sessions: 10}
    backends:
      - {name: plain, host: 10.0.0.1, port: same}
      - name: a bc
        host: "2001:db8::1"
        port: 443
    ...
    """,
  ]

  @Test(
    "a damaged file is read or refused, and what is read prints and reads back",
    arguments: LongTests.all(0..<24 as Range<UInt64>, orFirst: 6))
  func mutations(seed: UInt64) throws {
    var generator = Xoshiro256(seed: seed)
    var accepted = 0
    for _ in 0..<150 {
      var document = Array(generator.pick(Self.documents).utf8)
      for _ in 0...generator.integer(in: 0...2) {
        if generator.chance(1, in: 3) { Self.damage(&document, &generator) } else { Self.change(&document, &generator) }
      }
      let result = ConfigurationReader.read(document, file: "x")
      #expect((result.configuration == nil) == (result.errorCount > 0))
      guard let configuration = result.configuration else { continue }
      accepted += 1
      let yaml = ConfigurationReader.read(Array(ConfigurationPrinter.yaml(configuration).utf8), file: "y")
      #expect(yaml.configuration == configuration, "\(String(decoding: document, as: UTF8.self))\n\(yaml)")
      let json = ConfigurationReader.read(Array(ConfigurationPrinter.json(configuration).utf8), file: "z")
      #expect(json.configuration == configuration, "\(String(decoding: document, as: UTF8.self))\n\(json)")
    }
    // Damage that leaves no file readable would test little.
    #expect(accepted > 5)
  }

  @Test func theDocumentsAreGood() {
    for document in Self.documents { #expect(read(configuration: document).description == "") }
  }

  /// What leaves most files readable: white space, comments, another letter or digit.
  private static func change(_ bytes: inout [UInt8], _ generator: inout Xoshiro256) {
    let place = generator.integer(in: 0...(bytes.count - 1))
    switch bytes[place] {
    case UInt8(ascii: " "): bytes.insert(generator.pick(Array("  \t".utf8)), at: place)
    case UInt8(ascii: "\n"):
      bytes.insert(contentsOf: generator.pick(["\n", " # x", " ", "\r", "\n  # y\n"]).utf8, at: place)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): bytes[place] = generator.pick(Array("0123456789".utf8))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): bytes[place] = generator.pick(Array("aemnos".utf8))
    default: break
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ generator: inout Xoshiro256) {
    let place = generator.integer(in: 0...(bytes.count - 1))
    let end = min(bytes.count, place + generator.integer(in: 1...12))
    switch generator.below(6) {
    case 0: bytes.remove(at: place)
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: bytes.insert(generator.pick(Array(" \n\t:-#'\"[]{},&*!|>?%\\0a~".utf8)), at: place)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: generator.integer(in: 0...bytes.count))
    case 4: bytes.removeSubrange(place..<end)
    default: bytes.swapAt(place, generator.integer(in: 0...(bytes.count - 1)))
    }
  }
}
