import TestSupport
import Testing

/// All mistakes of a file are told at once, and none that are only the consequence of another.
@Suite(.timed) struct YAMLRecoveryTests {
  @Test(
    "each mistake is told once",
    arguments: [
      ("a: *x\nb: &y\nc: d", ["1:4", "2:4"]),
      ("a:\n  b: *x\n  c: !t\nd: |\n  text\n  more\ne: f", ["2:6", "3:6", "4:4"]),
      ("- *x\n- b\n- *y", ["1:3", "3:3"]),
      ("- a: \"b\n  c: d\n- e: 'f\n", ["1:6", "3:6"]),
      ("a: [b\nc: {d\ne: f", ["1:4", "2:4"]),
      ("a: b\n\tc: d\n\te: f\ng: h", ["2:1", "3:1"]),
      ("a:\n    b: c\n  d: e\n  f: g\nh: i", ["3:3"]),
      ("a: b: c\nd: e: f", ["1:5", "2:5"]),
      ("a: b\nc\nd: e\nf\n", ["2:1", "4:1"]),
      ("a: b\na: c\na: d", ["2:1", "3:1"]),
      ("a: \"\nb: \"\nc: \"\n", ["1:4", "2:4", "3:4"]),
    ])
  func isToldOnce(document: String, places: [String]) {
    let complaints = read(document).complaints
    #expect(complaints.map { String($0.prefix { $0 != " " }) } == places, "\(complaints)")
  }

  @Test func stopsAfterTooMany() {
    let complaints = read(String(repeating: "- *x\n", count: 1000)).complaints
    #expect(complaints.count == 101)
  }
}
