import TestSupport
import Testing

@testable import PorxyConfiguration
import PorxyCore

@Suite(.timed) struct YAMLScalarTests {
  /// YAML 1.2.2 section 10.3.2, and what YAML 1.1 read differently.
  @Test(
    "a plain scalar is what the core schema makes of it",
    arguments: [
      ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("nULL", "\"nULL\""), ("nul", "\"nul\""),
      ("true", "true"), ("True", "true"), ("TRUE", "true"), ("tRUE", "\"tRUE\""), ("false", "false"),
      ("False", "false"), ("FALSE", "false"), ("yes", "\"yes\""), ("no", "\"no\""), ("on", "\"on\""),
      ("off", "\"off\""), ("y", "\"y\""), ("Off", "\"Off\""),
      ("0", "0"), ("7", "7"), ("007", "7"), ("0123", "123"), ("-5", "-5"), ("+80", "80"), ("-0", "0"),
      ("0o17", "15"), ("0o8", "\"0o8\""), ("0o", "\"0o\""), ("-0o7", "\"-0o7\""), ("0x1F", "31"), ("0xff", "255"),
      ("0x", "\"0x\""), ("0xg", "\"0xg\""), ("+0x1", "\"+0x1\""), ("0X1", "\"0X1\""), ("0O7", "\"0O7\""),
      ("0b11", "\"0b11\""), ("1_000", "\"1_000\""), ("1:30", "\"1:30\""),
      ("9223372036854775807", "9223372036854775807"),
      ("9223372036854775808", "HUGE"), ("-9223372036854775807", "-9223372036854775807"),
      ("99999999999999999999999999999999", "HUGE"), ("0xffffffffffffffffff", "HUGE"),
      ("1.5", "float(1.5)"), ("-1.5", "float(-1.5)"), ("+1.", "float(+1.)"), (".5", "float(.5)"), ("1e3", "float(1e3)"),
      ("1E+3", "float(1E+3)"), ("1.e-3", "float(1.e-3)"), ("12e03", "float(12e03)"), ("1e", "\"1e\""),
      ("1e+", "\"1e+\""), (".", "\".\""), ("+", "\"+\""), ("-.", "\"-.\""), (".e1", "\".e1\""), ("1.2.3", "\"1.2.3\""),
      ("1e1.5", "\"1e1.5\""), (".inf", "float(.inf)"), ("-.Inf", "float(-.Inf)"), ("+.INF", "float(+.INF)"),
      (".iNF", "\".iNF\""), (".nan", "float(.nan)"), (".NaN", "float(.NaN)"), (".NAN", "float(.NAN)"),
      ("-.nan", "\"-.nan\""), ("inf", "\"inf\""), ("NaN", "\"NaN\""), ("1 2", "\"1 2\""), ("１", "\"１\""),
      ("2001-12-14", "\"2001-12-14\""), ("10s", "\"10s\""), ("0.0.0.0", "\"0.0.0.0\""), ("<<", "\"<<\""),
      ("=", "\"=\""),
    ])
  func isResolved(text: String, dump: String) {
    #expect(YAMLScalar(text: text, isPlain: true).dump == dump)
    #expect(read("k: \(text)\n").dump == "{\"k\":\(dump)}")
  }

  @Test("a quoted scalar is a string", arguments: ["1", "true", "null", "~", "", "1.5", "0x1", ".inf"])
  func quotedIsString(text: String) {
    #expect(read("\"\(text)\"").dump == "\"\(text)\"")
    #expect(read("'\(text)'").dump == "\"\(text)\"")
  }

  /// YAML 1.2.2 section 5.7.
  @Test(
    "an escape stands for its character",
    arguments: [
      ("\\0", "\0"), ("\\a", "\u{7}"), ("\\b", "\u{8}"), ("\\t", "\t"), ("\\\t", "\t"), ("\\n", "\n"), ("\\v", "\u{b}"),
      ("\\f", "\u{c}"), ("\\r", "\r"), ("\\e", "\u{1b}"), ("\\ ", " "), ("\\\"", "\""), ("\\/", "/"), ("\\\\", "\\"),
      ("\\N", "\u{85}"), ("\\_", "\u{a0}"), ("\\L", "\u{2028}"), ("\\P", "\u{2029}"), ("\\x41", "A"), ("\\xe9", "é"),
      ("\\u00e9", "é"), ("\\u65E5", "日"), ("\\U0001F600", "😀"), ("\\U0010FFFF", "\u{10ffff}"), ("\\uFEFF", "\u{feff}"),
      ("\\uFFFF", "\u{ffff}"), ("\\x41\\x42", "AB"), ("a\\tb", "a\tb"),
    ])
  func isUnescaped(escape: String, character: String) {
    let (root, complaints) = YAMLParser.parse(SourceText(Array("\"\(escape)\"".utf8), file: ""))
    #expect(complaints == [])
    guard case .scalar(let scalar) = root?.content else {
      Issue.record("not a scalar")
      return
    }
    #expect(Array(scalar.text.unicodeScalars) == Array(character.unicodeScalars))
  }

  @Test(
    "what is no escape is refused",
    arguments: [
      "\\z", "\\1", "\\'", "\\x", "\\x4", "\\xg1", "\\u123", "\\U0000001", "\\uD83D", "\\uD83D\\uDE00", "\\uDC00",
      "\\U00110000", "\\UFFFFFFFF", "\\X41", "\\é", "\\u 123", "\\x+1",
    ])
  func isNoEscape(escape: String) throws {
    let result = read("a: \"b\(escape)\"")
    #expect(result.dump == nil)
    let complaint = try #require(result.complaints.first)
    #expect(complaint.hasPrefix("1:6 "))
  }
}
