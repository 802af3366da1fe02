extension FaultKind {
  /// The case's name in words: `descriptors on accept`.
  public var phrase: String {
    word.reduce(into: "") { phrase, letter in
      phrase += letter.isUppercase ? " " + letter.lowercased() : String(letter)
    }
  }
}
