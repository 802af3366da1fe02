import Testing

/// The rules see code where code is, and only there.
struct LexerTests {
  @Test("code is told from strings and comments", arguments: Case.all)
  func tells(_ snippet: Case) {
    #expect(Lexer(snippet.text).tokens.map(\.text) == snippet.tokens)
  }

  struct Case: Sendable {
    let text: String
    let tokens: [String]

    static let all = [
      Case(text: "try! a", tokens: ["try", "!", "a"]),
      Case(text: "// try! a", tokens: []),
      Case(text: "/* try! /* b */ */ a", tokens: ["a"]),
      Case(text: "\"try! \\\" { a\" b", tokens: ["\"", "b"]),
      Case(text: "\"\\(try! \"x\" + a)\" b", tokens: ["\"", "try", "!", "\"", "+", "a", "b"]),
      Case(text: "\"\\(a(b))c\" d", tokens: ["\"", "a", "(", "b", ")", "d"]),
      Case(text: "\"\"\"\n try! \" {\n\"\"\" a", tokens: ["\"", "a"]),
      Case(text: "#\"try! \" \\ \"# a", tokens: ["\"", "a"]),
      Case(text: "#\"\\#(a) \\(b)\"# c", tokens: ["\"", "a", "c"]),
      Case(text: "#if a", tokens: ["#", "if", "a"]),
    ]
  }

  @Test func countsLinesAndBraces() {
    let tokens = Lexer("a {\n  b\n}\n\"\"\"\n{\n\"\"\"\nc").tokens
    #expect(tokens.map(\.line) == [1, 1, 2, 3, 4, 7])
    #expect(tokens.map(\.depth) == [0, 0, 1, 0, 0, 0])
  }

  @Test func keepsCommentsByLine() {
    let comments = Lexer("a  // why\n/// doc\nb /* c\nd */\n\"// none\"").comments
    #expect(comments == [1: "// why", 2: "/// doc", 3: "/* c", 4: "d */"])
  }

  @Test func findsDeclarations() {
    let text = """
      /// A type.
      @frozen public struct A: B {
        public private(set) var c: [D: E] { 1 }
        @inlinable
        public static func f<T>(_ g: T = { 1 }()) -> [T] {
          h()
        }
        init(i: Int) { self.init() }
        static func == (a: A, b: A) -> Bool { true }
      }
      protocol P { func q(); var r: Int { get } }
      extension A.K {}
      """
    let found = SourceFile("A.swift", text).declarations
    #expect(found.map(\.name) == ["A", "c", "f", "", "==", "P", "q", "r", "A.K"])
    #expect(found.map(\.firstLine) == [2, 3, 4, 8, 9, 11, 11, 11, 12])
    #expect(found.map(\.line) == [2, 3, 5, 8, 9, 11, 11, 11, 12])
    #expect(found.map(\.isExported) == [true, true, true] + Array(repeating: false, count: 6))
    #expect(found.map(\.length) == [9, nil, 3, 1, 1, 1, nil, nil, 1])
  }
}
