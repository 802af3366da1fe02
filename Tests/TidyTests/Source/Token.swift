/// A piece of Swift source that rules look at.
struct Token: Equatable {
  enum Kind {
    case word
    case symbol
    case literal
  }

  let kind: Kind
  /// A literal's text is its opening quote only: what a string says is no code.
  let text: String
  /// Counted from 1.
  let line: Int
  /// Braces open before it.
  let depth: Int
  /// Nothing stands between it and the token before.
  let isJoined: Bool

  /// A word that begins with a capital letter, as types do.
  var isTypeName: Bool { kind == .word && text.first?.isUppercase == true }
}
