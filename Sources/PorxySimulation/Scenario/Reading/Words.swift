/// The words of a line, read from left to right.
struct Words {
  struct Word {
    let text: String
    /// From 1.
    let column: Int
  }

  let line: Int
  /// Where a word that is missing would begin.
  let endColumn: Int
  private let words: [Word]
  private var next = 0

  /// Commas and colons are words of their own.
  init(_ text: Substring, line: Int) {
    var words: [Word] = []
    var word = ""
    var column = 1
    func flush() {
      if !word.isEmpty { words.append(Word(text: word, column: column - word.count)) }
      word = ""
    }
    for character in text {
      if character == " " || character == "\t" || character == "," || character == ":" {
        flush()
        if character == "," || character == ":" { words.append(Word(text: String(character), column: column)) }
      } else {
        word.append(character)
      }
      column += 1
    }
    flush()
    self.words = words
    self.line = line
    endColumn = (words.last.map { $0.column + $0.text.count } ?? 1)
  }

  var isAtEnd: Bool { next == words.count }
  var isEmpty: Bool { words.isEmpty }
  var peek: String? { isAtEnd ? nil : words[next].text }
  var column: Int { isAtEnd ? endColumn : words[next].column }

  /// The word so many places ahead.
  func peek(ahead count: Int) -> String? {
    next + count < words.count ? words[next + count].text : nil
  }

  mutating func take() -> String? {
    guard !isAtEnd else { return nil }
    next += 1
    return words[next - 1].text
  }

  /// Takes the phrase if it comes next.
  mutating func take(_ phrase: String) -> Bool {
    let parts = phrase.split(separator: " ")
    for (offset, part) in parts.enumerated() where peek(ahead: offset) != String(part) { return false }
    next += parts.count
    return true
  }

  /// A complaint about what comes next.
  func complaint(_ message: String) -> ScenarioComplaint {
    ScenarioComplaint(line: line, column: column, message: message)
  }

  /// A complaint that something else was expected than what comes next.
  func expected(_ what: String) -> ScenarioComplaint {
    complaint(peek.map { "expected \(what), not '\($0)'" } ?? "expected \(what) here")
  }
}
