import TestSupport
import Testing

@testable import PorxyConfiguration
import PorxyCore

/// Expectations come from the productions of YAML 1.2.2, many of the documents from its examples.
@Suite(.timed) struct YAMLValueTests {
  @Test(
    "plain scalars",
    arguments: [
      ("a", #""a""#), ("a b  c", #""a b  c""#), ("a: b c ", #"{"a":"b c"}"#), ("a: b#c", #"{"a":"b#c"}"#),
      ("a: b #c", #"{"a":"b"}"#), ("a: b\t#c", #"{"a":"b"}"#), ("a:b", #""a:b""#), ("a: b:c", #"{"a":"b:c"}"#),
      ("a: ::1", #"{"a":"::1"}"#), ("a: -b", #"{"a":"-b"}"#), ("a: ?b", #"{"a":"?b"}"#), ("a: :b", #"{"a":":b"}"#),
      ("a: b, c", #"{"a":"b, c"}"#), ("a: b [c]", #"{"a":"b [c]"}"#), ("a: b {c}", #"{"a":"b {c}"}"#),
      ("a: b'c\"d", #"{"a":"b'c\"d"}"#), ("a: b *c &d !e", #"{"a":"b *c &d !e"}"#),
      ("a: http://x/y", #"{"a":"http://x/y"}"#),
      ("a: b - c", #"{"a":"b - c"}"#), ("a: b ? c", #"{"a":"b ? c"}"#), ("a b: c", #"{"a b":"c"}"#),
      ("a : b", #"{"a":"b"}"#), ("a\t:\tb", #"{"a":"b"}"#), ("-a: b", #"{"-a":"b"}"#), ("a#b: c", #"{"a#b":"c"}"#),
      ("---a", #""---a""#), ("a: ---", #"{"a":"---"}"#), ("a: ...", #"{"a":"..."}"#), ("a: %b", nil),
      ("a: b%", #"{"a":"b%"}"#),
      ("é: 日本", #"{"é":"日本"}"#), ("a: b\u{85}c", "{\"a\":\"b\\u0085c\"}"), ("a: \u{a0}", "{\"a\":\"\u{a0}\"}"),
    ] as [(String, String?)])
  func plain(document: String, expected: String?) {
    #expect(read(document).dump == expected)
  }

  @Test(
    "scalars over several lines",
    arguments: [
      ("a: b\n  c", #"{"a":"b c"}"#), ("a: b\n c", #"{"a":"b c"}"#), ("a: b  \n   c  \n", #"{"a":"b c"}"#),
      ("a: b\n\n  c", #"{"a":"b\nc"}"#), ("a: b\n\n\n c", #"{"a":"b\n\nc"}"#), ("a: b\n  \n \n c", #"{"a":"b\n\nc"}"#),
      ("a:\n  b\n  c", #"{"a":"b c"}"#), ("a:\n  b\n c", #"{"a":"b c"}"#), ("a: b\n  - c", #"{"a":"b - c"}"#),
      ("a: b\n  *c", #"{"a":"b *c"}"#), ("a: b\n  | c", #"{"a":"b | c"}"#), ("a: b\n  'c'", #"{"a":"b 'c'"}"#),
      ("a: b\n  c:d", #"{"a":"b c:d"}"#), ("a: b\n \tc", #"{"a":"b c"}"#), ("a: b\n  c # d", #"{"a":"b c"}"#),
      ("a: b\n  c#d", #"{"a":"b c#d"}"#), ("a\nb\n  c", #""a b c""#), ("- a\n  b\n- c", #"["a b","c"]"#),
      ("- a\n b", #"["a b"]"#), ("a:\n- b\n c", #"{"a":["b c"]}"#), ("a: b\n  c\nd: e", #"{"a":"b c","d":"e"}"#),
      ("a: b\n  %c", #"{"a":"b %c"}"#), ("a: b\n  ---\n  c", #"{"a":"b --- c"}"#),
      ("a: 1\n  2", #"{"a":"1 2"}"#), ("a: b\n  , ]c", #"{"a":"b , ]c"}"#),
      ("a: \"b\n  c\"", #"{"a":"b c"}"#), ("a: \"b  \n\n  c\"", #"{"a":"b\nc"}"#), ("a: \"b\\\n  c\"", #"{"a":"bc"}"#),
      ("a: \"b \\\n  c\"", #"{"a":"b c"}"#), ("a: \"b\\\n  \\  c\"", #"{"a":"b  c"}"#),
      ("a: \"b\\\n\n  c\"", #"{"a":"b\nc"}"#),
      ("a: \" b\n c \"", #"{"a":" b c "}"#), ("a: \"\n b\n \"", #"{"a":" b "}"#), ("a: \" \n b\"", #"{"a":" b"}"#),
      ("a: \"b\\ \n c\"", #"{"a":"b  c"}"#), ("a: \"b\\t\n c\"", #"{"a":"b\t c"}"#),
      ("a: \"b\t\n c\"", #"{"a":"b c"}"#),
      ("a: \"b\n # c\"", #"{"a":"b # c"}"#), ("a: \"b: c\"", #"{"a":"b: c"}"#), ("\"a\nb\"", #""a b""#),
      ("a: \"\\\n b\"", #"{"a":"b"}"#), ("a: \"b\n \tc\"", #"{"a":"b c"}"#),
      ("a: 'b\n  c'", #"{"a":"b c"}"#), ("a: 'b\n\n  c'", #"{"a":"b\nc"}"#), ("a: 'it''s'", #"{"a":"it's"}"#),
      ("a: ''''", #"{"a":"'"}"#), ("a: ''", #"{"a":""}"#), ("a: 'b\\n'", #"{"a":"b\\n"}"#),
      ("a: ' b\n c '", #"{"a":" b c "}"#),
      ("a: '\n b'", #"{"a":" b"}"#), ("a: 'b''\n ''c'", #"{"a":"b' 'c"}"#),
    ])
  func folded(document: String, expected: String) {
    #expect(read(document).dump == expected)
    let crossPlatform = document.replacing("\n", with: "\r\n")
    #expect(read(crossPlatform).dump == expected)
    #expect(read(document.replacing("\n", with: "\r")).dump == expected)
  }

  @Test(
    "block collections",
    arguments: [
      ("a:", #"{"a":null}"#), ("a:\nb:", #"{"a":null,"b":null}"#), ("a:\n  b: c", #"{"a":{"b":"c"}}"#),
      ("a:\n b: c\n d: e", #"{"a":{"b":"c","d":"e"}}"#),
      ("a:\n  b:\n    c: d\ne: f", #"{"a":{"b":{"c":"d"}},"e":"f"}"#),
      ("- a\n- b", #"["a","b"]"#), ("-\n- b", #"[null,"b"]"#), ("- ", "[null]"), ("-", "[null]"),
      ("- - a\n  - b\n- c", #"[["a","b"],"c"]"#), ("-   - a\n    - b", #"[["a","b"]]"#), ("- - - a", #"[[["a"]]]"#),
      ("- a: b\n  c: d\n- e: f", #"[{"a":"b","c":"d"},{"e":"f"}]"#), ("-   a: b\n    c: d", #"[{"a":"b","c":"d"}]"#),
      ("-\n  a: b\n  c: d", #"[{"a":"b","c":"d"}]"#), ("-\n - a\n - b", #"[["a","b"]]"#),
      ("a:\n- b\n- c\nd: e", #"{"a":["b","c"],"d":"e"}"#), ("a:\n  - b\n  - c\nd: e", #"{"a":["b","c"],"d":"e"}"#),
      ("a:\n  -\n    b: c", #"{"a":[{"b":"c"}]}"#), ("- a:\n  - b\n  c: d", #"[{"a":["b"],"c":"d"}]"#),
      ("- a:\n    - b\n  c: d", #"[{"a":["b"],"c":"d"}]"#), ("  a: b\n  c: d", #"{"a":"b","c":"d"}"#),
      ("a:\n    b: c\nd:\n  e: f", #"{"a":{"b":"c"},"d":{"e":"f"}}"#), ("\"a\": b\n'c': d", #"{"a":"b","c":"d"}"#),
      ("\"a b\" : c", #"{"a b":"c"}"#), ("1: a\ntrue: b\n~: c", #"{1:"a",true:"b",null:"c"}"#),
      ("a: # c\n  b: d", #"{"a":{"b":"d"}}"#), ("- # c\n  b: d", #"[{"b":"d"}]"#),
      ("# x\na: b # y\n\n  # z\nc: d\n# w", #"{"a":"b","c":"d"}"#), ("a:\n\n\n  b", #"{"a":"b"}"#),
      ("a:\n  # c\n# d\n    # e\n  b", #"{"a":"b"}"#), ("a:\n \t\n  b: c", #"{"a":{"b":"c"}}"#),
      ("a:\n \tb", #"{"a":"b"}"#),
      ("-\ta", #"["a"]"#), ("a:\tb", #"{"a":"b"}"#), ("a: b\t\n", #"{"a":"b"}"#), ("\t# c\na: b", #"{"a":"b"}"#),
      ("a: b\n\t\nc: d", #"{"a":"b","c":"d"}"#), ("<<: a", #"{"<<":"a"}"#),
      ("a: \"b\" # c", #"{"a":"b"}"#), ("a: [b] # c", #"{"a":["b"]}"#), ("a:\n  \"b\"\n", #"{"a":"b"}"#),
      ("a:\n  'b': c\n  \"d\": e", #"{"a":{"b":"c","d":"e"}}"#), ("- 'a'\n- \"b\"\n", #"["a","b"]"#),
      ("a:\n- - b\n  - c\n- d", #"{"a":[["b","c"],"d"]}"#),
    ])
  func block(document: String, expected: String) {
    #expect(read(document).dump == expected)
    #expect(read(document.replacing("\n", with: "\r\n")).dump == expected)
  }

  @Test(
    "flow collections",
    arguments: [
      ("[]", "[]"), ("{}", "{}"), ("[ ]", "[]"), ("[a]", #"["a"]"#), ("[a, b]", #"["a","b"]"#),
      ("[a,b]", #"["a","b"]"#),
      ("[a, b, ]", #"["a","b"]"#), ("[a b, c]", #"["a b","c"]"#), ("[[a], [b, [c]]]", #"[["a"],["b",["c"]]]"#),
      ("{a: b}", #"{"a":"b"}"#), ("{a: b, c: d}", #"{"a":"b","c":"d"}"#), ("{a: b,}", #"{"a":"b"}"#),
      ("{a}", #"{"a":null}"#),
      ("{a, b: c}", #"{"a":null,"b":"c"}"#), ("{a:}", #"{"a":null}"#), ("{a: }", #"{"a":null}"#),
      ("{a:,b:}", #"{"a":null,"b":null}"#),
      ("{a:b}", #"{"a:b":null}"#), ("{\"a\":b}", #"{"a":"b"}"#), ("{'a':b}", #"{"a":"b"}"#),
      ("{\"a\":1,\"b\":[2]}", #"{"a":1,"b":[2]}"#),
      ("{\"a\" :b}", #"{"a":"b"}"#), ("{\"a\"::b}", #"{"a":":b"}"#), ("{a :b}", #"{"a :b":null}"#),
      ("{a : b}", #"{"a":"b"}"#),
      ("[a: b]", #"[{"a":"b"}]"#), ("[a: b, c]", #"[{"a":"b"},"c"]"#), ("[\"a\":b]", #"[{"a":"b"}]"#),
      ("[a:b]", #"["a:b"]"#),
      ("[a: [b: c]]", #"[{"a":[{"b":"c"}]}]"#), ("[a:]", #"[{"a":null}]"#), ("[::1]", #"["::1"]"#),
      ("[::]", #"[{":":null}]"#),
      ("[-1, -a]", #"[-1,"-a"]"#), ("[\"a\", 'b']", #"["a","b"]"#), ("[a\n b]", #"["a b"]"#),
      ("[a,\n b]", #"["a","b"]"#),
      ("[\na,\nb\n]", #"["a","b"]"#), ("a: [b,\n c]", #"{"a":["b","c"]}"#), ("a: [\n  b\n ]", #"{"a":["b"]}"#),
      ("a: {b: c,\n d: e}", #"{"a":{"b":"c","d":"e"}}"#), ("[a, # c\n b]", #"["a","b"]"#),
      ("[a # c\n , b]", #"["a","b"]"#),
      ("[ # c\n a]", #"["a"]"#), ("a: [b\n\n  c]", #"{"a":["b\nc"]}"#), ("{a: b\n c}", #"{"a":"b c"}"#),
      ("{a\n : b}", #"{"a":"b"}"#),
      ("{a\n b: c}", #"{"a b":"c"}"#), ("{\"a\n b\": c}", #"{"a b":"c"}"#), ("{a: \"b\n c\"}", #"{"a":"b c"}"#),
      ("- [a, b]\n- {c: d}", #"[["a","b"],{"c":"d"}]"#), ("[{a: b}, {c: d}]", #"[{"a":"b"},{"c":"d"}]"#),
      ("{a: {b: {c: d}}}", #"{"a":{"b":{"c":"d"}}}"#), ("[http://a, b]", #"["http://a","b"]"#), ("[a#b]", #"["a#b"]"#),
      ("[a, b]   # c", #"["a","b"]"#), ("[a\n - b]", #"["a - b"]"#), ("[\ta\t,\tb\t]", #"["a","b"]"#),
      ("a:\n  [b]", #"{"a":["b"]}"#),
      ("{a: [b, c], d: {e: f}}", #"{"a":["b","c"],"d":{"e":"f"}}"#), ("{1: 2}", "{1:2}"), ("{a: ~}", #"{"a":null}"#),
      ("{\"a\": 1, # c\n \"b\": 2}\n", #"{"a":1,"b":2}"#), ("{a? : b}", #"{"a?":"b"}"#), ("[a\\b]", #"["a\\b"]"#),
    ])
  func flow(document: String, expected: String) {
    #expect(read(document).dump == expected)
    #expect(read(document.replacing("\n", with: "\r\n")).dump == expected)
  }

  @Test(
    "the document around its node",
    arguments: [
      ("---\na: b", #"{"a":"b"}"#), ("--- a", #""a""#), ("--- [a]", #"["a"]"#), ("--- # c\na: b", #"{"a":"b"}"#),
      ("---\n", "null"), ("---", "null"), ("", "null"), ("# c", "null"), ("\n\n", "null"),
      ("a: b\n...\n", #"{"a":"b"}"#),
      ("a: b\n...", #"{"a":"b"}"#), ("a: b\n... # c\n# d", #"{"a":"b"}"#), ("---\na\n...\n", #""a""#),
      ("%YAML 1.2\n---\na", #""a""#), ("%YAML 1.2 # c\n# d\n---\na", #""a""#), ("%YAML \t 1.2\n--- a", #""a""#),
      ("\u{feff}a: b", #"{"a":"b"}"#), ("\u{feff}---\na: b", #"{"a":"b"}"#), ("\u{feff}", "null"),
      ("# c\n---\na", #""a""#),
      ("\n\na: b\n\n", #"{"a":"b"}"#), ("---\n---a", #""---a""#), ("---\t\na", #""a""#), ("--- |a", nil),
      ("---\n- a\n", #"["a"]"#),
      ("--- \"a\n b\"", #""a b""#), ("---\r\na: b\r\n...\r\n", #"{"a":"b"}"#), ("a\n...", #""a""#),
    ] as [(String, String?)])
  func document(text: String, expected: String?) {
    #expect(read(text).dump == expected)
  }

  @Test func nodesKnowWhereTheyStand() throws {
    let text = "é: [a, \"b\"]\n日本:\n  - cc\n"
    let source = SourceText(Array(text.utf8), file: "")
    let root = try #require(YAMLParser.parse(source).root)
    guard case .mapping(let mapping) = root.content, case .sequence(let items) = mapping.entries[0].value.content else {
      Issue.record("not a mapping of sequences")
      return
    }
    func place(_ range: Range<Int>) -> String {
      let place = source.place(of: range.lowerBound)
      return "\(place.line):\(place.column) \(String(decoding: source.bytes[range], as: UTF8.self))"
    }
    #expect(place(mapping.entries[0].keyRange) == "1:1 é")
    #expect(place(mapping.entries[0].value.range) == "1:4 [a, \"b\"]")
    #expect(items.map { place($0.range) } == ["1:5 a", "1:8 \"b\""])
    #expect(place(mapping.entries[1].keyRange) == "2:1 日本")
    #expect(place(mapping.entries[1].value.range) == "3:3 - cc")
  }
}
