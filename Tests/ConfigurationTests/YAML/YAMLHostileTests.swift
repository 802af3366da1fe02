import TestSupport
import Testing

@testable import PorxyConfiguration
import PorxyCore

/// Nothing crashes or hangs the reader. A reader whose time grew faster than the document would need hours for these.
@Suite(.timeLimit(.minutes(2)), .timed)
struct YAMLHostileTests {
  private static let size = SourceText.sizeMax

  @Test(
    "much of one thing is read or refused in time",
    arguments: [
      "[", "]", "{", "}", "{a: ", "[a: ", "- ", "-\n", "- a\n", "-", "? ", ": ", ":", "a", "a ", "a: ", "a:\n", "a\n",
      " ", "\t", "\n", "\r", "\r\n", " \n", "\t\n", "#", "# \n", " #", "\"", "'", "''", "\"\"", "\\", "\"\\", "\"a\\\n",
      "&", "*", "!", "|", ">", "%", "@", "`", "---\n", "...\n", "--- ", "%YAML 1.2\n", "a: \"\n", "a: '\n", "a: [\n",
      "a: b\n", "k: v\n \n", "[a,\n", "[[],", "[{},", "{a},", "é", "日", "😀", "- - - - \n", "- [\n", " [\n", "a b: [c\n",
      "x:\n y\n", "x: y\n  z\n", "\tx: y\n", "'a\n", "\"a\n\n", "[# \n", ",", ", ", "\u{feff}",
    ])
  func much(of piece: String) {
    let document = Array(String(repeating: piece, count: (48 << 10) / piece.utf8.count).utf8)
    _ = read(document)
    for start in ["\"", "'", "[", "{a: ", "a: ", "- "] { _ = read(Array(start.utf8) + document.prefix(4 << 10)) }
  }

  @Test("a megabyte of one thing is read or refused in time", arguments: ["[", "- ", "\0", "\n", "\""])
  func megabyte(of piece: String) {
    _ = read(Array(String(repeating: piece, count: Self.size / piece.utf8.count).utf8))
  }

  @Test func deepensLineByLine() {
    var document = ""
    for depth in 0..<1400 { document += String(repeating: " ", count: depth) + "a:\n" }
    #expect(read(document).complaints.first?.contains("64 deep") == true)
  }

  @Test func manyKeysAndEntriesAreRead() {
    let keys = (0..<5_000).map { "key\($0): v\n" }.joined()
    #expect(read(keys).complaints == [])
    let entries = String(repeating: "- {a: b}\n", count: 5_000)
    #expect(read(entries).complaints == [])
  }

  @Test(
    "bytes that are not UTF-8 are refused where they stand",
    arguments: [
      ([0x80], 3), ([0xc0, 0x80], 3), ([0xc1, 0xbf], 3), ([0xc3], 3), ([0xe0, 0x80, 0x80], 3), ([0xed, 0xa0, 0x80], 3),
      ([0xef, 0xbf], 3), ([0xf0, 0x80, 0x80, 0x80], 3), ([0xf4, 0x90, 0x80, 0x80], 3), ([0xf5, 0x80, 0x80, 0x80], 3),
      ([0xf0, 0x9f, 0x98], 3), ([0xff], 3), ([0xfe], 3), ([0xe2, 0x28, 0xa1], 3), ([0xc3, 0xa9, 0xc3, 0x28], 4),
    ] as [([UInt8], Int)])
  func invalidUTF8(bytes: [UInt8], column: Int) {
    let complaints = read(Array("a\nb:".utf8) + bytes + Array("\n".utf8)).complaints
    #expect(complaints.count == 1)
    #expect(complaints.first?.hasPrefix("2:\(column) the byte 0x") == true, "\(complaints)")
  }

  @Test func validUTF8IsRead() {
    #expect(read("a: \u{80f}\u{ffff0}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{fffd}\u{10000}\u{10ffff}").complaints == [])
  }

  @Test(
    "control characters are refused, all of them",
    arguments: [UInt32](0x01...0x08) + [
      0x0b, 0x0c, 0x0e, 0x1b, 0x1f, 0x7f, 0x80, 0x84, 0x86, 0x9f, 0xfffe, 0xffff, 0xfeff,
    ])
  func controlCharacters(code: UInt32) throws {
    let character = try #require(Unicode.Scalar(code))
    let complaints = read("é: \(character)\nb: \"\(character)\"").complaints
    #expect(complaints.map { $0.prefix(3) } == ["1:4", "2:5"])
    #expect(complaints.allSatisfy { $0.contains("U+\(String(code, radix: 16, uppercase: true).leftPadded)") })
  }

  @Test func zeroBytesAndOtherEncodingsAreRefused() {
    #expect(read([0x61, 0, 0x62]).complaints.first?.contains("zero byte") == true)
    #expect(read([0xff, 0xfe, 0x61, 0]).complaints.first?.contains("UTF-16") == true)
    #expect(read([0xfe, 0xff, 0, 0x61]).complaints.first?.contains("UTF-16") == true)
    #expect(read([UInt8](repeating: 0, count: Self.size)).complaints.count == 1)
  }

  @Test func moreThanAMegabyteIsRefused() {
    let fits = [UInt8](repeating: UInt8(ascii: "#"), count: Self.size)
    #expect(read(fits).complaints == [])
    #expect(read(fits + [UInt8(ascii: "#")]).complaints.first?.contains("1 MiB") == true)
  }

  @Test("random bytes and random signs neither crash nor hang it", arguments: 0..<8 as Range<UInt64>)
  func randomInput(seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    let signs = Array("ab01 \n\n\t\r:-?,[]{}#&*!|>'\"%@`\\~.é".utf8)
    for _ in 0..<2000 {
      let count = generator.integer(in: 0...80)
      let usesSigns = generator.chance(7, in: 8)
      _ = read(
        (0..<count).map { _ in usesSigns ? generator.pick(signs) : UInt8(truncatingIfNeeded: generator.next()) })
    }
  }
}

extension String {
  fileprivate var leftPadded: String { String(repeating: "0", count: max(0, 4 - count)) + self }
}
