import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// What a person sees of a problem.
@Suite(.timed) struct ProblemTests {
  @Test func isShownWithItsLine() {
    let result = read(configuration: minimal.replacing("    address", with: "    adress"))
    #expect(
      result.description == """
        test.yaml:4:5: error: unknown key "adress" in a listener
          4 |     adress: 127.0.0.1
            |     ^~~~~~
              did you mean "address"?

        """)
  }

  /// The mark of the first error, under what it stands.
  private func marked(_ text: String) throws -> (marked: String, excerpt: String) {
    let problem = try #require(read(configuration: text).errors.first)
    let start = problem.marks.prefix { $0 == " " }.count
    let count = problem.marks.dropFirst(start).count
    return (String(problem.excerpt.dropFirst(start).prefix(count)), problem.excerpt)
  }

  @Test(
    "the mark stands under what is wrong",
    arguments: [
      ("relay: fast", "fast"), ("\"relay\"\t: \tfast # no", "fast"), ("relay: \"a\u{301}e\" # \u{e9}", "\"a\u{301}e\""),
      ("\"\\u00e9é\": 1", "\"\\u00e9é\""), ("relay: [a, b]", "[a, b]"), ("log: {level: x}", "x"),
    ])
  func markStandsRight(line: String, wrong: String) throws {
    // A mark is as many columns as the text, and a combining sign takes none.
    #expect(try marked(minimal + line).marked == wrong)
  }

  @Test func tabsAreFourColumns() throws {
    let (marked, excerpt) = try marked(minimal + "relay:\t\tfast")
    #expect(marked == "fast")
    #expect(excerpt == "relay:        fast")
  }

  @Test func wideCharactersTakeTwoColumns() throws {
    let problem = try #require(read(configuration: minimal + "log: {level: 日本, x日: 1}").errors.last)
    #expect(problem.marks == "                   ^~~")
    #expect(problem.column == 18)
  }

  @Test func longLinesAreCutToAWindow() throws {
    let noise = String(repeating: "x", count: 500_000)
    let (marked, excerpt) = try marked(minimal + "log: {\"\(noise.prefix(900))\": 1, level: abc} # \(noise)")
    #expect(marked.hasPrefix("\"xxx"))
    #expect(excerpt.count < 120)
    let problem = try #require(
      read(configuration: minimal + "log: {\"\(noise.prefix(900))\": 1, level: abc} # \(noise)").errors.last)
    #expect(problem.excerpt.hasPrefix("...xxx") && problem.excerpt.hasSuffix("..."))
    let start = problem.marks.prefix { $0 == " " }.count
    #expect(problem.excerpt.dropFirst(start).hasPrefix("abc} #"))
    #expect(problem.column == 921)
  }

  @Test func controlCharactersAreEscaped() throws {
    let problem = try #require(read(configuration: minimal + "relay: a\u{1b}[31m\u{202e}b").errors.last)
    #expect(problem.excerpt == "relay: a\\u{1B}[31m\\u{202E}b")
    #expect(problem.marks == "        ^~~~~~")
    let text = read(configuration: minimal + "\"\\e[31m\\n\\u202e\": 1").description
    #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202e })
    #expect(text.contains("\\u{1B}[31m\\n\\u{202E}"))
  }

  @Test func invalidBytesAreShownAsSuch() throws {
    let result = ConfigurationReader.read(Array("relay: a".utf8) + [0xff, 0xc3] + Array("b".utf8), file: "x")
    let problem = try #require(result.errors.first)
    #expect(problem.excerpt == "relay: a\u{fffd}\u{fffd}b")
    #expect(problem.marks == "        ^")
  }

  @Test func theEndOfALineCanBeMarked() throws {
    let problem = try #require(read(configuration: minimal.replacing("name: web", with: "name:")).errors.first)
    #expect(problem.excerpt == "  - name:")
    #expect(problem.marks == "         ^")
  }

  @Test func anEmptyFileHasNoLineToShow() {
    #expect(
      read(configuration: "").description == """
        test.yaml:1:1: error: the file has no settings
              write at least "listeners:" and "backends:"; docs/CONFIGURATION.md has an example

        """)
  }

  @Test func carriageReturnsAreLineBreaks() throws {
    let problem = try #require(
      read(configuration: minimal.replacing("\n", with: "\r\n") + "relay: fast\r\n").errors.first)
    #expect(problem.line == 10)
    #expect(problem.excerpt == "relay: fast")
  }
}
