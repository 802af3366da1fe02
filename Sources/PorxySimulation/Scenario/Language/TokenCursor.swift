import PorxyCore

/// The words of a line, read from left to right.
struct TokenCursor {
  struct Word {
    let text: String
    /// From 1.
    let column: Int
  }

  let line: Int
  /// Where a word that is missing would begin.
  let endColumn: Int
  private let words: [Word]
  /// Listeners, and names of their backends, that the settings before have.
  var listeners: [SideListener] = []
  /// Those of the scenario's settings.
  var endpoints: [EndpointSetting] = []
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

  /// What follows a word of the line; nil where it does not stand there.
  func place(of word: String) -> TokenCursor? {
    guard let index = words.firstIndex(where: { $0.text == word }) else { return nil }
    var place = self
    place.next = index + 1
    return place
  }

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

extension TokenCursor {
  /// Has each line of a text taken, without what ends it; the complaints about them.
  static func readLines(
    of text: String, _ take: (Substring, Int) throws(ScenarioComplaint) -> Void
  ) -> [ScenarioComplaint] {
    var complaints: [ScenarioComplaint] = []
    // A carriage return and a line feed are one character.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.prefix(TextRange.linesMax).enumerated() {
      do throws(ScenarioComplaint) {
        try take(line, index + 1)
      } catch {
        complaints.append(error)
      }
    }
    if lines.count > TextRange.linesMax {
      complaints.append(
        ScenarioComplaint(
          line: TextRange.linesMax + 1, column: 1, message: "a text has at most \(TextRange.linesMax) lines"))
    }
    return complaints
  }

  /// Takes one of the phrases, the longest that fits.
  mutating func choose<Value>(
    _ what: String, from phrases: [(text: String, value: Value)]
  ) throws(ScenarioComplaint) -> Value {
    var best: (text: String, value: Value)?
    for phrase in phrases where phrase.text.count > best?.text.count ?? 0 {
      var ahead = self
      if ahead.take(phrase.text) { best = phrase }
    }
    if let best {
      _ = take(best.text)
      return best.value
    }
    throw unknown(what, among: phrases.map(\.text))
  }

  /// Takes a case by its text.
  mutating func choose<Choice: CaseIterable & RawRepresentable<String>>(
    _ what: String, _: Choice.Type
  ) throws(ScenarioComplaint) -> Choice {
    try choose(what, from: Choice.allCases.map { ($0.rawValue, $0) })
  }

  /// A complaint with the nearest of what could have been meant.
  func unknown(_ what: String, among phrases: [String]) -> ScenarioComplaint {
    let known = phrases.isEmpty ? "there is none" : "known: " + phrases.joined(separator: ", ")
    guard let word = peek else { return complaint("missing \(what); \(known)") }
    // A phrase of two words may have been misspelled in either.
    let written = [word, word + " " + (peek(ahead: 1) ?? "")]
    if let nearest = Spelling.nearestPhrase(to: written, among: phrases) {
      return complaint("unknown \(what) '\(word)'; did you mean '\(nearest)'?")
    }
    return complaint("unknown \(what) '\(word)'; \(known)")
  }

  /// Digits alone, within bounds.
  mutating func takeNumber<Number: FixedWidthInteger>(
    _ what: String, in range: ClosedRange<Number>
  ) throws(ScenarioComplaint) -> Number {
    guard let word = peek, word.utf8.allSatisfy({ (48...57).contains($0) }), let number = Number(word),
      range.contains(number)
    else { throw expected("\(what) from \(range.lowerBound) to \(range.upperBound)") }
    _ = take()
    return number
  }

  /// A number like `8` or `64KiB`, within bounds.
  mutating func takeBytes(
    _ what: String = "bytes", in range: ClosedRange<UInt64> = TextRange.bytes
  ) throws(ScenarioComplaint) -> UInt64 {
    guard let word = peek, let number = UInt64(scenarioText: word), range.contains(number) else {
      throw expected("\(what) from \(range.lowerBound.scenarioText) to \(range.upperBound.scenarioText)")
    }
    _ = take()
    return number
  }

  /// A time like `1.5s` or `10m`, within bounds.
  mutating func takeDuration(
    _ what: String = "a time", in range: ClosedRange<Duration> = TextRange.time
  ) throws(ScenarioComplaint) -> Duration {
    guard let word = peek, let duration = Duration(scenarioText: word), range.contains(duration) else {
      throw expected("\(what) from \(range.lowerBound.scenarioText) to \(range.upperBound.scenarioText)")
    }
    _ = take()
    return duration
  }

  mutating func takeError() throws(ScenarioComplaint) -> SocketError {
    try choose("error", from: SocketError.allCases.map { ($0.errnoName, $0) })
  }

  /// Items between commas, at least one.
  mutating func list<Item>(
    _ item: (inout TokenCursor) throws(ScenarioComplaint) -> Item
  ) throws(ScenarioComplaint) -> [Item] {
    var items = [try item(&self)]
    while take(",") {  // bound: itemsMax
      guard items.count < TextRange.itemsMax else {
        throw complaint("a list has at most \(TextRange.itemsMax) items")
      }
      items.append(try item(&self))
    }
    return items
  }

  /// Nothing more may come.
  func finish() throws(ScenarioComplaint) {
    if let word = peek { throw complaint("unexpected '\(word)'") }
  }
}
