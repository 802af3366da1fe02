/// A file of the repository, read and, if it is Swift, taken apart.
struct SourceFile: Sendable {
  /// Relative to the repository.
  let path: String
  let text: String
  let lines: [String]
  let tokens: [Token]
  let declarations: [Declaration]
  private let comments: [Int: String]

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
    // A carriage return and a newline are one Character, so the bytes are split.
    lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String($0) ?? "" }
    let isSwift = path.hasSuffix(".swift")
    let lexer = Lexer(isSwift ? text : "")
    tokens = lexer.tokens
    comments = lexer.comments
    declarations = DeclarationScan(tokens).found
  }

  var isSwift: Bool { path.hasSuffix(".swift") }
  var isMarkdown: Bool { path.hasSuffix(".md") }
  /// `Type+Aspect` of `Sources/Target/Type+Aspect.swift`.
  var stem: String { String(path.split(separator: "/").last?.prefix { $0 != "." } ?? "") }
  /// The folder below Sources or Tests, which is the target.
  var target: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : ""
  }

  /// The comment in this line, empty if there is none.
  func comment(in line: Int) -> String { comments[line] ?? "" }

  /// Whether a comment in the line, or in those right above it that hold nothing else, has the words.
  func explains(_ line: Int, _ words: String...) -> Bool {
    var comment = comment(in: line)
    var above = line - 1
    while above > 0, lines[above - 1].drop(while: { $0 == " " }).hasPrefix("//") {
      comment = self.comment(in: above) + comment
      above -= 1
    }
    return words.contains { comment.contains($0) }
  }

  /// Whether the token before `index` and those from it on read like this.
  func reads(_ texts: [String], at index: Int) -> Bool {
    index + texts.count <= tokens.count && zip(tokens[index...], texts).allSatisfy { $0.text == $1 }
  }
}
