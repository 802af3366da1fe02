extension Rule {
  static let orderedCollections = Rule(
    swift: "the core and the simulation iterate no Dictionary or Set",
    cure: "use an array or sorted keys: their order differs from run to run. Where it is only looked up in, "
      + "say so beside it: `// lookup only:` and what for"
  ) { file in
    guard file.path.hasPrefix("Sources/PorxyCore/") || file.path.hasPrefix("Sources/PorxySimulation/") else {
      return []
    }
    return file.tokens.indices.compactMap { index in
      guard isHashed(file, index), isDeclared(file, index), !file.explains(file.tokens[index].line, "lookup only:")
      else { return nil }
      return Complaint(file, file.tokens[index].line, "a hashed collection")
    }
  }

  /// A parameter was declared somewhere else.
  private static func isDeclared(_ file: SourceFile, _ index: Int) -> Bool {
    let line = file.tokens[index].line
    return file.tokens[..<index].reversed().prefix { $0.line == line }.contains { ["var", "let"].contains($0.text) }
  }

  private static func isHashed(_ file: SourceFile, _ index: Int) -> Bool {
    let tokens = file.tokens
    guard index + 1 < tokens.count else { return false }
    let next = tokens[index + 1].text
    if ["Dictionary", "Set"].contains(tokens[index].text) { return next == "<" || next == "(" || next == "=" }
    return tokens[index].text == "[" && isDictionaryType(tokens[(index + 1)...])
  }

  /// `Key: Value]`, both beginning like types.
  private static func isDictionaryType(_ tokens: ArraySlice<Token>) -> Bool {
    guard let first = tokens.first, first.isTypeName else { return false }
    var nesting = 0
    for (offset, token) in tokens.enumerated() {
      if token.text == "[" || token.text == "<" || token.text == "(" { nesting += 1 }
      if token.text == ">" || token.text == ")" { nesting -= 1 }
      // A shift or a comparison: not a type.
      if nesting < 0 { return false }
      if token.text == "]" {
        if nesting == 0 { return false }
        nesting -= 1
      }
      if nesting == 0, token.text == ":" {
        let value = tokens.dropFirst(offset + 1).first
        return value.map { $0.isTypeName || $0.text == "[" || $0.text == "(" } ?? false
      }
      if token.kind == .literal || ["=", "{", ";", ","].contains(token.text) && nesting == 0 { return false }
    }
    return false
  }
}
