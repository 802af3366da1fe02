import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// Keys, as terminals send them.
@Suite(.timed) struct TopKeyTests {
  private static let keys: [(bytes: String, keys: [TopKey])] = [
    ("q", [.character("q")]), ("é本😀", [.character("é"), .character("本"), .character("😀")]), ("\u{3}", [.interrupt]),
    ("\u{1a}", [.suspend]), ("\u{c}", [.redraw]), ("\u{15}", [.clear]), ("\r", [.enter]), ("\n", [.enter]),
    ("\t", [.tab]), ("\u{7f}", [.backspace]), ("\u{8}", [.backspace]), ("\u{1b}[A", [.up]), ("\u{1b}OB", [.down]),
    ("\u{1b}[C\u{1b}[D", [.right, .left]), ("\u{1b}[1;5A", [.up]), ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]),
    ("\u{1b}[H\u{1b}OF\u{1b}[1~\u{1b}[8~", [.home, .end, .home, .end]), ("\u{1b}[15~x", [.character("x")]),
    ("\u{1b}\u{1b}[A", [.escape, .up]), ("\u{1b}x", [.escape, .character("x")]), ("\u{1}a", [.character("a")]),
  ]

  @Test("however the bytes come in", arguments: keys)
  func reads(_ bytes: String, _ keys: [TopKey]) {
    var reader = TopKeyReader()
    #expect(reader.read(Array(bytes.utf8)) == keys)
    #expect(!reader.isPending)
    var slow = TopKeyReader()
    #expect(bytes.utf8.flatMap { slow.read([$0]) } == keys)
  }

  @Test("an escape is a key once nothing follows it")
  func waits() {
    var reader = TopKeyReader()
    #expect(reader.read([0x1b]) == [] && reader.isPending)
    #expect(reader.finish() == [.escape] && !reader.isPending)
    #expect(reader.read([0x1b, 0x5b]) == [] && reader.finish() == [.escape, .character("[")])
    #expect(reader.finish() == [])
  }

  @Test("what is no key is none, and what follows it is", arguments: 0..<16 as Range<UInt64>)
  func endures(_ seed: UInt64) {
    var generator = Xoshiro256(seed: seed)
    for _ in 0..<500 {
      var reader = TopKeyReader()
      for _ in 0..<generator.integer(in: 0...6) {
        let bytes = (0..<generator.integer(in: 0...8)).map { _ in
          generator.chance(1, in: 2)
            ? generator.pick(Array("\u{1b}\u{1b}[O~;15A".utf8)) : UInt8(truncatingIfNeeded: generator.next())
        }
        _ = reader.read(bytes)
      }
      _ = reader.finish()
      #expect(!reader.isPending)
      #expect(reader.read([0x71]) == [.character("q")])
    }
  }
}
