import TestSupport
import Testing

@testable import PorxyConfiguration
import PorxyCore

/// A document that is not read says where and why. Expectations come from the productions of YAML 1.2.2 and from the
/// list of what is left out.
@Suite(.timed) struct YAMLRefusalTests {
  @Test(
    "what is left out is refused by name",
    arguments: [
      ("a: &x b", "1:4", "anchors"), ("&x a: b", "1:1", "anchors"), ("- &x\n  a", "1:3", "anchors"),
      ("[&x a]", "1:2", "anchors"), ("a: *x", "1:4", "aliases"), ("*x : b", "1:1", "aliases"),
      ("[a, *x]", "1:5", "aliases"),
      ("a: *", "1:4", "aliases"), ("a: !x b", "1:4", "tags"), ("a: !!str 1", "1:4", "tags"), ("! a", "1:1", "tags"),
      ("!<tag:x> a", "1:1", "tags"), ("{!x a: b}", "1:2", "tags"), ("a: |\n  b", "1:4", "block scalars"),
      ("a: >\n  b", "1:4", "block scalars"), ("a: |-\n  b", "1:4", "block scalars"),
      ("a: >2\n  b", "1:4", "block scalars"),
      ("- |\n a", "1:3", "block scalars"), ("--- |\n a", "1:5", "block scalars"), ("? a\n: b", "1:1", "complex keys"),
      ("?\n a", "1:1", "complex keys"), ("{? a : b}", "1:2", "complex keys"), ("[? a : b]", "1:2", "complex keys"),
      ("[a]: b", "1:1", "collections as keys"), ("{a: b}: c", "1:1", "collections as keys"),
      ("x:\n  [a]: b", "2:3", "collections as keys"), ("[[a]: b]", "1:2", "collections as keys"),
      ("{[a]: b}", "1:2", "collections as keys"), ("{{a: b}: c}", "1:2", "collections as keys"),
      ("{[a]}", "1:2", "collections as keys"), ("a: b\n---\nc: d", "2:1", "second document"),
      ("---\na\n---\n", "3:1", "second document"),
      ("---\n---\n", "2:1", "second document"), ("a\n...\n---\nb", "3:1", "second document"),
      ("a: b\n...\n...\n", "3:1", "second document"),
      ("a\n...\n%YAML 1.2\n---\nb", "3:1", "second document"),
      ("a: b\n...\nc: d", "3:1", "does not belong to anything"),
      ("%TAG ! tag:x,2000:\n---\na", "1:1", "tags"), ("%YAML 1.1\n---\na", "1:1", "YAML 1.2"),
      ("%YAML 2.0\n---\na", "1:1", "YAML 1.2"),
      ("%YAML\n---\na", "1:1", "YAML 1.2"), ("%YAML 1.2 x\n---\na", "1:1", "YAML 1.2"),
      ("%YAML 1.2\n%YAML 1.2\n---\n", "2:1", "duplicate"),
      ("%FOO\n---\na", "1:1", "unknown directive"), ("%YAML 1.2\na", "1:1", "\"---\" must follow"),
      ("%YAML 1.2\n", "1:1", "\"---\" must follow"),
      ("%YAML 1.2#c\n---\n", "1:1", "YAML 1.2"),
    ])
  func isRefusedByName(document: String, place: String, words: String) throws {
    let result = read(document)
    #expect(result.dump == nil)
    let complaint = try #require(result.complaints.first)
    #expect(complaint.hasPrefix("\(place) "), "\(complaint)")
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test(
    "a tab where the indentation is",
    arguments: [
      ("\ta: b", "1:1"), ("a:\n\tb", "2:1"), ("a:\n\tb: c", "2:1"), ("a:\n  b: c\n\td: e", "3:1"),
      ("a:\n \tb: c", "2:2"),
      ("-\t- a", "1:2"), ("-\ta: b", "1:2"), ("- \t- a", "1:3"), ("-\n\t- a", "2:1"), ("a: b\n\tc", "2:1"),
      ("a: b\n\t\n c", "2:1"), ("a: \"b\n\tc\"", "2:1"), ("a: \"b\n\t\n c\"", "2:1"), ("a: [\n\tb]", "2:1"),
      ("a: [b,\n\tc]", "2:1"), ("a:\n  - b\n\t- c", "3:1"), ("a: b\n\tc: d", "2:1"), ("- a\n\t- b", "2:1"),
    ])
  func isATab(document: String, place: String) throws {
    let result = read(document)
    #expect(result.dump == nil)
    let complaint = try #require(result.complaints.first)
    #expect(complaint.hasPrefix("\(place) a tab"), "\(complaint)")
  }

  @Test(
    "what YAML does not allow",
    arguments: [
      ("a: b: c", "1:5", "second key"), ("a: b\n  c: d", "1:4", "one line"), ("a: - b", "1:4", "line of its key"),
      ("a: 'b': c", "1:7", "second key"), ("--- a: b", "1:6", "line of \"---\""), ("--- - a", "1:5", "line of \"---\""),
      ("a\nb: c", "1:1", "one line"), ("\"a\nb\": c", "1:1", "one line"), ("a: b\nc", "2:1", "expected a key"),
      ("a: b\nc:d", "2:1", "expected a key"), ("a: b\n- c", "2:1", "dash"), ("a: b\n 'c': d", "1:4", "one line"),
      ("a: 'b'\n  c: d", "2:3", "deeper"), ("a:\n    b: c\n  d: e", "3:3", "deeper"),
      ("a:\n  - b\n c", "3:2", "deeper"),
      ("  a: b\nc: d", "2:1", "does not belong to anything"), (" - a\n- b", "2:1", "does not belong to anything"),
      ("- a\nb: c", "2:1", "does not belong to anything"),
      ("- a\n - b\n  - c", nil, ""), ("'a'\n b", "2:2", "does not belong to anything"),
      ("a: 'b' c", "1:8", "text after a value"),
      ("a: [b] c", "1:8", "text after a value"), ("a: \"b\"c", "1:7", "text after a value"),
      ("a: 'b'#c", "1:7", "text after a value"),
      ("a: [b]#c", "1:7", "text after a value"), ("a: b\n# c\n  d", "3:3", "deeper"),
      ("\"a\":b", "1:4", "space must follow"),
      ("'a' :b", "1:5", "space must follow"), (": a", "1:1", "key is missing"), ("a:\n  : b", "2:3", "key is missing"),
      ("a: @b", "1:4", "text cannot begin"), ("a: `b", "1:4", "text cannot begin"),
      ("a: %b", "1:4", "text cannot begin"),
      ("a: ,b", "1:4", "text cannot begin"), ("a: ]", "1:4", "text cannot begin"), ("a: }", "1:4", "text cannot begin"),
      ("a: \"b", "1:4", "never closed"), ("a: 'b", "1:4", "never closed"), ("\"", "1:1", "never closed"),
      ("'''", "1:1", "never closed"),
      ("a: \"b\\", "1:4", "never closed"), ("a: \"b\nc\"", "1:4", "cannot belong"),
      ("a: 'b\nc'", "1:4", "cannot belong"),
      ("- \"a\n b\"", nil, ""), ("- x: \"a\n b\"", "1:6", "cannot belong"), ("\"a\n---\nb\"", "1:1", "cannot belong"),
      ("\"a\n...\nb\"", "1:1", "cannot belong"), ("[", "1:1", "never closed"), ("{", "1:1", "never closed"),
      ("[a", "1:1", "never closed"),
      ("[a, [b]", "1:1", "never closed"), ("{a: ", "1:1", "never closed"), ("[a}", "1:3", "does not match"),
      ("{a: b]", "1:6", "does not match"),
      ("[a]]", "1:4", "text after a value"), ("[,]", "1:2", "before this comma"),
      ("[a,,b]", "1:4", "before this comma"),
      ("{,}", "1:2", "before this comma"), ("{a: b,, c: d}", "1:7", "before this comma"),
      ("[a b: c: d]", "1:8", "unexpected colon"),
      ("[\"a\" b]", "1:6", "comma"), ("{a: \"b\" c: d}", "1:9", "comma"), ("{a: [b] c}", "1:9", "comma"),
      ("[- a]", "1:2", "dash"),
      ("[-]", "1:2", "dash"), ("[: a]", "1:2", "key is missing"), ("{: a}", "1:2", "key is missing"),
      ("{a:[b]}", "1:3", "space must follow"),
      ("[a:{b: c}]", "1:3", "space must follow"), ("[a\n b: c]", "1:2", "one line"),
      ("[\"a\n b\": c]", "1:2", "one line"),
      ("[\"a\"\n :b]", "2:2", "unexpected colon"), ("[a,#b\n]", "1:4", "text cannot begin"),
      ("[\"a\"#b\n]", "1:5", "not a comment"),
      ("a: [\nb\n]", "1:4", "cannot belong"), ("a: {\n  b: c\n}", "1:4", "cannot belong"),
      ("a: [b,\nc]", "1:4", "cannot belong"),
      ("[\n---\n]", "1:1", "cannot belong"), ("[a\n...\n]", "1:1", "cannot belong"), ("[|a]", "1:2", "block scalars"),
      ("a: \"b\n\\\n c\"", "1:4", "cannot belong"), ("a: \"b\n \\\n c\"", "2:2", "escaped line break"),
      ("a: b\na: c", "2:1", "duplicate"),
      ("{a: b, a: c}", "1:8", "duplicate"), ("a: b\n\"a\": c", "2:1", "duplicate"),
      ("1: a\n'1': b", "2:1", "duplicate"),
      ("- a: b\n  a: c", "2:3", "duplicate"), ("a: b\n...x", "2:1", "expected a key"),
      ("a: b\n... x", "2:5", "ends the document"),
      ("a:\n  b\n c: d", "2:3", "one line"), ("-a\n-b: c", "1:1", "one line"), ("- -", nil, ""), ("-- a: b", nil, ""),
    ] as [(String, String?, String)])
  func isNotAllowed(document: String, place: String?, words: String) throws {
    let result = read(document)
    guard let place else {
      // A neighbour of a refused document that is right.
      #expect(result.complaints == [])
      return
    }
    #expect(result.dump == nil)
    let complaint = try #require(result.complaints.first)
    #expect(complaint.hasPrefix("\(place) "), "\(complaint)")
    #expect(complaint.contains(words), "\(complaint)")
  }

  @Test func keysOf1024CharactersAreAllowed() {
    let key = String(repeating: "é", count: 1024)
    #expect(read("\(key): a").dump != nil)
    #expect(read("\(key)x: a").complaints.first?.contains("1024") == true)
    #expect(read("a: b\n\(key)x: a").complaints.first?.contains("1024") == true)
  }

  @Test func collectionsGo64Deep() {
    let flow = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(read(flow).dump == flow)
    #expect(read("[\(flow)]").complaints.first?.contains("64 deep") == true)
    let block = String(repeating: "- ", count: 64) + "a"
    #expect(read(block).dump != nil)
    #expect(read("- \(block)").complaints.first?.contains("64 deep") == true)
    let mappings = (0..<65).map { String(repeating: " ", count: $0) + "a:\n" }
    #expect(read(mappings.dropLast().joined()).dump != nil)
    #expect(read(mappings.joined()).complaints.first?.contains("64 deep") == true)
  }
}
