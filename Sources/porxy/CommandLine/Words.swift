/// The words of a command line, taken one after the other.
struct Words {
  /// An option or a plain word, with what stands behind its `=`.
  struct Word {
    let name: String
    let value: String?
  }

  private var rest: ArraySlice<String>

  init(_ words: ArraySlice<String>) {
    rest = words
  }

  mutating func skip() {
    rest.removeFirst()
  }

  /// The next option or plain word; nil at the end.
  mutating func next() -> Word? {
    guard let word = rest.popFirst() else { return nil }
    guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return Word(name: word, value: nil) }
    return Word(name: String(word[..<sign]), value: String(word[word.index(after: sign)...]))
  }

  /// What an option needs, behind its `=` or as the next word; `what` says it to a person.
  mutating func value(of word: Word, _ what: String) throws(UsageError) -> String {
    if let value = word.value, !value.isEmpty { return value }
    guard word.value == nil, let value = rest.first, !value.isEmpty, !value.hasPrefix("--") else {
      throw UsageError("\(word.name) needs \(what)")
    }
    rest.removeFirst()
    return value
  }

  /// That an option is there; it takes nothing.
  func flag(_ word: Word) throws(UsageError) -> Bool {
    guard word.value == nil else { throw UsageError("\(word.name) takes no value") }
    return true
  }
}
