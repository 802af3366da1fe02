import PorxyAdmin
import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// JSON that another process has written: read strictly, and within bounds.
@Suite(.timed) struct JSONReaderTests {
  private func reason(_ text: String) -> String {
    do throws(JSONMistake) {
      _ = try JSONReader.read(Array(text.utf8))
      return "read"
    } catch {
      return "\(error.offset) \(error.reason)"
    }
  }

  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .flag(true)), ("false", .flag(false)), ("0", .number("0")),
    ("-12.50e+3", .number("-12.50e+3")), ("\"\"", .text("")), ("[]", .array([])), ("{ }", .object([])),
    (#""a\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00é😀""#, .text("a\"\\/\u{8}\u{c}\n\r\té😀é😀")),
    (#""\u0000""#, .text("\0")), ("[1,[2],{}]", .array([.number("1"), .array([.number("2")]), .object([])])),
    (
      "{\"a\":1 , \"b\" : [ ]\n}",
      .object([.init(key: "a", value: .number("1")), .init(key: "b", value: .array([]))])
    ),
  ])
  func reads(_ text: String, _ value: JSONValue) throws {
    #expect(try JSONReader.read(Array(text.utf8)) == value)
  }

  @Test(arguments: [
    ("", "0 a value is missing"), ("nul", "0 not a value"), ("tru e", "0 not a value"),
    ("01", "1 text behind the value"),
    ("-", "1 not a value"), ("1.", "2 not a value"), (".5", "0 not a value"), ("1e", "2 not a value"),
    ("+1", "0 not a value"), ("NaN", "0 not a value"), ("[1,]", "3 not a value"), ("[1 2]", "3 ',' or ']' is missing"),
    ("[", "1 a value is missing"), ("{\"a\"}", "4 ':' is missing"), ("{\"a\":1,}", "7 a key is missing"),
    ("{a:1}", "1 a key is missing"), ("{\"a\":1,\"a\":2}", "10 a key stands twice"), ("\"a", "2 a text does not end"),
    ("\"\n\"", "2 a control character in a text"), (#""\x""#, "3 an unknown escape"), (#""\"#, "2 a text does not end"),
    (#""\u12""#, "5 four hexadecimal digits are missing"), (#""\ud800""#, "7 half a character"),
    (#""\ud800\u0041""#, "13 half a character"), (#""\udc00""#, "7 half a character"),
    ("1 1", "2 text behind the value"),
    ("'a'", "0 not a value"), ("// a\n1", "0 not a value"), ("\u{feff}1", "0 not a value"),
  ])
  func refuses(_ text: String, _ reason: String) {
    #expect(self.reason(text) == reason)
  }

  @Test("what is not UTF-8 is refused")
  func refusesBytes() {
    for bytes: [UInt8] in [[0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22], [0xff]] {
      #expect(throws: JSONMistake.self) { try JSONReader.read(bytes) }
    }
  }

  @Test func keepsToItsBounds() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
    }
    #expect(reason(nested(32)) == "read")
    #expect(reason(nested(33)) == "33 more than 32 levels")
    #expect(reason(String(repeating: "[", count: 1_000_000)) == "33 more than 32 levels")
    #expect(reason(String(repeating: "{\"a\":", count: 100_000)).hasSuffix("more than 32 levels"))
    let full = "\"" + String(repeating: "a", count: JSONReader.sizeMax - 2) + "\""
    #expect(reason(full) == "read")
    #expect(reason(full + " ") == "4194304 more than 4194304 bytes")
    #expect(reason("[" + String(repeating: "1,", count: 1 << 18) + "1]").hasSuffix("more than 262144 values"))
    let keys = (0...256).map { "\"\($0)\":1" }.joined(separator: ",")
    #expect(reason("{\(keys)}").hasSuffix("more than 256 keys"))
  }

  @Test(
    "whatever comes, it is read or refused, and a look that is read is written and read again",
    arguments: 0..<12 as Range<UInt64>)
  func endures(_ seed: UInt64) throws {
    var generator = Xoshiro256(seed: seed)
    var readable = 0
    for turn in 0..<100 {
      var bytes = Array(turn % 2 == 0 ? Overview.random(&generator).json.utf8 : Overview.stalled.json.utf8)
      for _ in 0..<generator.integer(in: 1...3) { Self.damage(&bytes, &generator) }
      guard let overview = try? Overview(json: bytes) else { continue }
      readable += 1
      #expect(try Overview(json: Array(overview.json.utf8)) == overview)
    }
    // Damage that leaves nothing readable would test little.
    #expect(readable > 0)
    for _ in 0..<100 {
      let noise = (0..<generator.integer(in: 0...200)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      _ = try? JSONReader.read(noise)
      let signs = (0..<generator.integer(in: 0...200)).map { _ in generator.pick(Array("{}[]\",:\\u0dtn1e-. ".utf8)) }
      _ = try? JSONReader.read(signs)
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ generator: inout Xoshiro256) {
    let place = generator.integer(in: 0...(bytes.count - 1))
    switch generator.below(5) {
    case 0: bytes.remove(at: place)
    case 1: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
    case 2: bytes[place] = generator.pick(Array("0123456789abc \"{}[],:\\".utf8))
    case 3: bytes.insert(generator.pick(Array("0123456789abc ".utf8)), at: place)
    default: bytes.removeSubrange(place..<min(bytes.count, place + generator.integer(in: 1...12)))
    }
    if bytes.isEmpty { bytes = [0x20] }
  }
}
