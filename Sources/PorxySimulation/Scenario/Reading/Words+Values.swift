extension Words {
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
    guard let word = peek else { return complaint("expected \(what) here: \(Self.list(phrases))") }
    // A phrase of two words may have been misspelled in either.
    let written = [word, word + " " + (peek(ahead: 1) ?? "")]
    if let nearest = Spelling.nearest(to: written, among: phrases) {
      return complaint("'\(word)' is no \(what); did you mean '\(nearest)'?")
    }
    return complaint("'\(word)' is no \(what); known are \(Self.list(phrases))")
  }

  private static func list(_ phrases: [String]) -> String { phrases.joined(separator: ", ") }

  mutating func takeNumber(_ what: String) throws(ScenarioComplaint) -> UInt64 {
    guard let word = peek, let number = UInt64(scenarioText: word) else {
      throw expected("\(what), a number like 8 or 64KiB")
    }
    _ = take()
    return number
  }

  mutating func takeDuration() throws(ScenarioComplaint) -> Duration {
    guard let word = peek, let duration = Duration(scenarioText: word) else {
      throw expected("a time like 1.5s or 10m")
    }
    _ = take()
    return duration
  }

  mutating func takeError() throws(ScenarioComplaint) -> SocketError {
    try choose("name of an error", from: SocketError.allCases.map { ($0.errnoName, $0) })
  }

  /// Items between commas, at least one.
  mutating func list<Item>(
    _ item: (inout Words) throws(ScenarioComplaint) -> Item
  ) throws(ScenarioComplaint) -> [Item] {
    var items = [try item(&self)]
    while take(",") { items.append(try item(&self)) }  // bound: the words of the line
    return items
  }

  /// Nothing may follow.
  func finish() throws(ScenarioComplaint) {
    if let word = peek { throw complaint("'\(word)' is too much here") }
  }
}
