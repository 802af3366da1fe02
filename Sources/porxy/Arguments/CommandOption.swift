/// An option of a command: how it is written, what the help says of it, and what it sets.
///
/// A command reads its options from a table of these and its help prints the same table, so that an option is described
/// once.
struct CommandOption<Options>: Sendable {
  typealias Apply = @Sendable (inout Options, inout ArgumentCursor, ArgumentCursor.Word) throws(UsageError) -> Void

  let name: String
  let entry: HelpEntry
  let apply: Apply

  /// An option that takes nothing.
  static func flag(_ name: String, _ text: String, _ key: any WritableKeyPath<Options, Bool> & Sendable) -> Self {
    Self(name: name, entry: HelpEntry(name, text)) { (options, words, word) throws(UsageError) in
      options[keyPath: key] = try words.flag(word)
    }
  }

  /// An option with a value, which the help calls `placeholder`; `wanted` says what is missing where there is none.
  static func value<Value>(
    _ name: String, _ placeholder: String, wanted: String, _ text: String,
    _ key: any WritableKeyPath<Options, Value> & Sendable,
    _ read: @escaping @Sendable (_ text: String, _ name: String) throws(UsageError) -> Value
  ) -> Self {
    Self(name: name, entry: HelpEntry("\(name) \(placeholder)", text)) { (options, words, word) throws(UsageError) in
      options[keyPath: key] = try read(words.value(of: word, wanted), word.name)
    }
  }

  /// An option whose value is taken as it stands: a file, a directory, a name.
  static func text(
    _ name: String, _ placeholder: String, wanted: String, _ text: String,
    _ key: any WritableKeyPath<Options, String?> & Sendable
  ) -> Self {
    value(name, placeholder, wanted: wanted, text, key) { text, _ in text }
  }
}

/// The words of a command line, taken one after the other.
struct ArgumentCursor {
  /// An option or a plain word, with what stands behind its `=`.
  struct Word {
    let name: String
    let value: String?
  }

  private var rest: ArraySlice<String>

  init(_ words: ArraySlice<String>) {
    rest = words
  }

  /// The next word as it stands, if it is no option.
  mutating func nextPlain() -> String? {
    guard let word = rest.first, !word.hasPrefix("-") else { return nil }
    return rest.removeFirst()
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

  /// Reads all words that are left by a command's table, and returns the names of the options that were given.
  ///
  /// `operand` takes a word that is no option, or says false; `hint` says what to do instead.
  mutating func read<Options>(
    _ table: [CommandOption<Options>], into options: inout Options, hint: (_ word: String) -> String,
    operand: (inout Options, _ word: String) -> Bool = { _, _ in false }
  ) throws(UsageError) -> [String] {
    var given: [String] = []
    while let word = next() {  // bound: each turn takes a word
      if let option = table.first(where: { $0.name == word.name }) {
        try option.apply(&options, &self, word)
        given.append(option.name)
      } else if word.name.hasPrefix("-") {
        let known = table.map(\.name) + Help.options.map(\.term)
        throw UsageError("unknown option '\(word.name)'" + Arguments.suggestion(for: word.name, among: known))
      } else if !operand(&options, word.name) {
        throw UsageError("unexpected '\(word.name)'; \(hint(word.name))")
      }
    }
    return given
  }

  /// Reads options, and up to so many other words, which it gives.
  mutating func read<Options>(
    _ table: [CommandOption<Options>], into options: inout Options, words most: Int, hint: String
  ) throws(UsageError) -> [String] {
    var words: [String] = []
    _ = try read(table, into: &options, hint: { _ in hint }) { _, word in
      guard words.count < most else { return false }
      words.append(word)
      return true
    }
    return words
  }
}
