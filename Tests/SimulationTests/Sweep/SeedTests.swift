import PorxySimulation
import TestSupport
import Testing

/// What a seed is, and what it stands for.
@Suite("sweep: seeds", .timed) struct SeedTests {
  /// Of 64 drawn runs, as text.
  private static let fingerprint: UInt64 = 0xdc64_7a69_cf87_9bef

  @Test("a seed of this version stands for the run that it always stood for")
  func meaning() {
    #expect(Seed(0).description.hasPrefix("v4:"), "another version has another fingerprint: write it down here")
    let texts = (0..<64).map { RunSetup(drawing: Seed(0xd1ce).run($0)).description }
    let fingerprint = Self.hash(texts.joined())
    #expect(
      fingerprint == Self.fingerprint,
      """
      the 64 runs from \(Seed(0xd1ce)) are others than they were: their texts hash to
      0x\(String(fingerprint, radix: 16)). If runs are drawn otherwise, old seeds in reports mean something else now:
      make `v4:` in Seed.swift the next version, and have that refuse the old one. If they are drawn as before and only
      their text has changed, write the new hash down here, and see that old files in Runs still read.
      """)
  }

  /// FNV-1a.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  @Test("a seed is read as it is printed, as a number, and as a commit's hash")
  func seedText() {
    #expect(Seed("v4:0xff") == Seed(255))
    #expect(Seed(255).description == "v4:0xff")
    #expect(Seed("255") == Seed(255))
    #expect(Seed("4e0bd5c") != nil)
    #expect(Seed("4e0bd5c") == Seed("4E0BD5C"))
    #expect(Seed("4e0bd5c") != Seed("4e0bd5d"))
    for text in [
      "", "v4:", "v4:0x", "v1:0x1", "v2:0x1", "v3:0x1", "v4:0x+1", "-1", "0xff", "abc", "v4:0x10000000000000000",
    ] {
      #expect(Seed(text) == nil, "\(text)")
    }
  }
}
