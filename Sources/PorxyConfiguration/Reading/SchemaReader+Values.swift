import PorxyCore

/// Single values, and what is wrong with them.
extension SchemaReader {
  mutating func text(_ node: YAMLNode, _ key: String) -> String? {
    switch node.content {
    case .broken:
      return nil
    case .scalar(let scalar) where scalar.value != .null:
      if !scalar.text.isEmpty { return scalar.text }
      complain(node.range, "\"\(key)\" is empty", "write something between the quotes")
    case .scalar(let scalar):
      complain(
        node.range, "\"\(key)\" has no value",
        scalar.text.isEmpty ? "write it after the colon" : "put it in quotes if it is meant as text")
    case .sequence, .mapping:
      let advice = "write one value after the colon; put text that begins with a bracket in quotes"
      complain(node.range, "\"\(key)\" must be text, but is \(Self.kind(of: node))", advice)
    }
    return nil
  }

  /// A whole number, in quotes or not.
  mutating func number(
    _ node: YAMLNode, _ key: String, in range: ClosedRange<Int>, orWord word: String? = nil
  ) -> Int? {
    if case .broken = node.content { return nil }
    let wanted = "a number from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let scalar) = node.content, let number = Self.number(scalar) else {
      if let word, case .scalar(let scalar) = node.content, case .string = scalar.value, scalar.isPlain {
        complain(
          node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)", "write \(word), or \(wanted)")
      } else {
        complain(
          node.range, "\"\(key)\" must be a whole number, but is \(Self.kind(of: node))", "write \(wanted)")
      }
      return nil
    }
    guard let number, range.contains(number) else {
      complain(node.range, "\"\(key)\" is out of range", "write \(wanted)")
      return nil
    }
    return number
  }

  /// Nil for what is no number, nil inside for a number beyond `Int`.
  private static func number(_ scalar: YAMLScalar) -> Int?? {
    if case .integer(let number) = scalar.value { return number }
    guard !scalar.isPlain, !scalar.text.isEmpty, scalar.text.utf8.allSatisfy(\.isDigit) else { return nil }
    return .some(Int(scalar.text))
  }

  /// A number and its unit. `examples` and what is possible `besides` are what messages show.
  mutating func amount(
    _ node: YAMLNode, _ key: String, _ units: Units, in range: ClosedRange<Int>, step: Int = 1,
    examples: String? = nil, besides: String = ""
  ) -> Int? {
    let wanted = "write a number and its unit, like \(examples ?? units.examples)\(besides)"
    guard case .scalar(let scalar) = node.content else {
      if case .broken = node.content { return nil }
      complain(node.range, "\"\(key)\" must be \(units.what), but is \(Self.kind(of: node))", wanted)
      return nil
    }
    switch units.parse(scalar.text) {
    case .amount(let amount) where range.contains(amount):
      let lower = amount - amount % step
      if lower == amount { return amount }
      // The kernel counts some things in seconds.
      complain(
        node.range, "\"\(key)\" must be in whole seconds, as the kernel counts",
        "write \(units.print(lower)) or \(units.print(lower + step))")
    case .amount:
      complain(
        node.range, "\"\(key)\" is out of range",
        "write \(units.print(range.lowerBound)) to \(units.print(range.upperBound))\(besides)")
    case .unitMissing:
      complain(node.range, "\"\(key)\" needs a unit", wanted)
    case .wrong:
      complain(node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)", wanted)
    }
    return nil
  }

  /// One of a few words.
  mutating func word(_ node: YAMLNode, _ key: String, among words: [String]) -> String? {
    if case .broken = node.content { return nil }
    let all = "write one of: \(words.joined(separator: ", "))"
    guard case .scalar(let scalar) = node.content else {
      complain(node.range, "\"\(key)\" must be a word, but is \(Self.kind(of: node))", all)
      return nil
    }
    if words.contains(scalar.text) { return scalar.text }
    complain(
      node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)",
      guess(scalar.text, among: words).map { "did you mean \"\($0)\"? \(all)" } ?? all)
    return nil
  }

  mutating func boolean(_ node: YAMLNode, _ key: String) -> Bool? {
    if case .broken = node.content { return nil }
    if case .scalar(let scalar) = node.content, case .boolean(let value) = scalar.value { return value }
    complain(node.range, "\"\(key)\" must be true or false, but is \(Self.kind(of: node))", "write true or false")
    return nil
  }
}
