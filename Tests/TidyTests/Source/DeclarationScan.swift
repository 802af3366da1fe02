/// Finds the declarations among the tokens of a file. It needs no grammar: modifiers stand before a keyword, a name
/// behind it, and a body begins with the first brace that belongs to neither.
struct DeclarationScan {
  private let tokens: [Token]
  private(set) var found: [Declaration] = []

  private static let types: Set = ["struct", "class", "enum", "actor", "protocol"]
  private static let modifiers: Set = [
    "public", "package", "internal", "private", "fileprivate", "open", "static", "class", "final", "mutating",
    "nonmutating", "borrowing", "consuming", "override", "required", "convenience", "lazy", "weak", "unowned",
    "indirect",
    "nonisolated", "isolated", "unsafe", "prefix", "postfix", "infix", "dynamic", "optional", "distributed",
  ]
  /// What can stand behind a signature without a body: the next declaration, or the end of the protocol.
  private static let followers: Set = [
    "func", "var", "let", "init", "subscript", "case", "associatedtype", "typealias", "}", "@", "struct", "enum",
    "class",
    "actor", "protocol", "extension", "deinit", "import",
  ]

  init(_ tokens: [Token]) {
    self.tokens = tokens
    for index in tokens.indices { look(at: index) }
  }

  private mutating func look(at index: Int) {
    let token = tokens[index]
    guard token.kind == .word, text(index - 1) != ".", text(index - 1) != "`" else { return }
    switch token.text {
    case "class" where ["func", "var", "let", "subscript"].contains(text(index + 1)): return
    case _ where Self.types.contains(token.text): note(.type, at: index)
    case "func": note(.function, at: index)
    case "subscript" where text(index + 1) == "(" || text(index + 1) == "<": note(.function, at: index)
    case "init" where isInitializer(at: index): note(.initializer, at: index)
    case "deinit": note(.initializer, at: index)
    case "var", "let": note(.property, at: index)
    case "typealias": note(.typealiasing, at: index)
    case "extension": note(.extending, at: index)
    default: return
    }
  }

  private func isInitializer(at index: Int) -> Bool {
    guard ["(", "<", "?", "!"].contains(text(index + 1)) else { return false }
    return tokens[index].line != (index > 0 ? tokens[index - 1].line : 0) || Self.modifiers.contains(text(index - 1))
  }

  private func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

  private mutating func note(_ kind: Declaration.Kind, at index: Int) {
    let (modifiers, first) = modifiers(before: index)
    let named = kind != .initializer && text(index) != "subscript"
    found.append(
      Declaration(
        kind: kind, keyword: text(index), name: named ? name(from: index + 1) : "", modifiers: modifiers,
        firstLine: tokens[first].line, line: tokens[index].line, depth: tokens[index].depth,
        length: kind == .property ? nil : length(from: index)))
  }

  /// An operator's name is its symbols, an extended type's all its components.
  private func name(from start: Int) -> String {
    guard tokens.indices.contains(start) else { return "" }
    var end = start + 1
    if tokens[start].kind == .symbol {
      while end < tokens.count, tokens[end].kind == .symbol, text(end) != "(", text(end) != "<" || end == start + 1 {
        end += 1
      }
    } else {
      while text(end) == ".", end + 1 < tokens.count { end += 2 }
    }
    return tokens[start..<end].map(\.text).joined()
  }

  private func modifiers(before index: Int) -> ([String], first: Int) {
    var found: [String] = []
    var first = index
    var position = index - 1
    while position >= 0 {
      if text(position) == ")", let opening = opening(of: position) {
        position = opening - 1  // private(set), @available(…)
        if text(position - 1) == "@" || Self.modifiers.contains(text(position)) { continue }
        return (found, first)
      }
      if text(position - 1) == "@" {
        first = position - 1
        found.append("@" + text(position))
        position -= 2
      } else if Self.modifiers.contains(text(position)) {
        let isSetter = text(position + 1) == "("
        if !isSetter { found.append(text(position)) }
        first = position
        position -= 1
      } else {
        return (found, first)
      }
    }
    return (found, first)
  }

  private func opening(of closing: Int) -> Int? {
    var open = 0
    for position in stride(from: closing, through: 0, by: -1) {
      if text(position) == ")" { open += 1 }
      if text(position) == "(" { open -= 1 }
      if open == 0 { return position }
    }
    return nil
  }

  private func length(from index: Int) -> Int? {
    var parentheses = 0
    var position = index + 1
    while position < tokens.count {
      let next = text(position)
      if next == "(" || next == "[" { parentheses += 1 }
      if next == ")" || next == "]" { parentheses -= 1 }
      if parentheses == 0 {
        if next == "{" { return closingLine(from: position) - tokens[index].line + 1 }
        if position > index + 1, Self.followers.contains(next) || Self.modifiers.contains(next) { return nil }
      }
      position += 1
    }
    return nil
  }

  private func closingLine(from opening: Int) -> Int {
    let depth = tokens[opening].depth
    let closing = tokens[(opening + 1)...].first { $0.text == "}" && $0.depth == depth }
    return closing?.line ?? tokens[tokens.count - 1].line
  }
}
