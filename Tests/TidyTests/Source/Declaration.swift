/// A declaration of a Swift file, as far as rules care.
struct Declaration {
  enum Kind: String {
    case type
    case function
    case property
    case initializer
    case typealiasing
    case extending
  }

  let kind: Kind
  /// The word that introduces it: `struct`, `func`, `let` …
  let keyword: String
  /// Empty for an initializer.
  let name: String
  let modifiers: [String]
  /// Of its first modifier or attribute.
  let firstLine: Int
  /// Of its keyword.
  let line: Int
  let depth: Int
  /// Lines from the keyword to the closing brace; nil without a body.
  let length: Int?

  /// Seen outside its file's target.
  var isExported: Bool { modifiers.contains("public") || modifiers.contains("package") || modifiers.contains("open") }
  /// Invisible outside its file.
  var isPrivate: Bool { modifiers.contains("private") || modifiers.contains("fileprivate") }
}
