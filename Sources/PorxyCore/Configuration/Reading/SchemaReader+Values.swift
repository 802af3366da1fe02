/// Single values.
extension SchemaReader {
  /// What is written, whatever YAML takes it for: `name: 5` names something "5".
  mutating func text(_ node: YAMLNode, _ key: String) -> Placed<String>? {
    switch node.content {
    case .broken:
      return nil
    case .scalar(let scalar) where scalar.value != .null:
      if !scalar.text.isEmpty { return Placed(value: scalar.text, range: node.range) }
      complain(node.range, "\"\(key)\" is empty", "write something between the quotes")
    case .scalar(let scalar):
      complain(
        node.range, "\"\(key)\" has no value",
        scalar.text.isEmpty ? "write it behind the colon" : "put it in quotes if it is meant as text")
    case .sequence, .mapping:
      let advice = "write one value behind the colon; put text that begins with a bracket in quotes"
      complain(node.range, "\"\(key)\" must be text, and this is \(Self.kind(of: node))", advice)
    }
    return nil
  }

  /// A whole number, in quotes or not.
  mutating func integer(_ node: YAMLNode, _ key: String, in range: ClosedRange<Int>) -> Int? {
    if case .broken = node.content { return nil }
    let wanted = "from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let scalar) = node.content, let number = Self.integer(scalar) else {
      complain(
        node.range, "\"\(key)\" must be a whole number, and this is \(Self.kind(of: node))", "write a number \(wanted)")
      return nil
    }
    guard let number, range.contains(number) else {
      complain(node.range, "\"\(key)\" is out of range", "write a number \(wanted)")
      return nil
    }
    return number
  }

  /// Nil for what is no number, nil inside for a number beyond `Int`.
  private static func integer(_ scalar: YAMLScalar) -> Int?? {
    if case .integer(let number) = scalar.value { return number }
    guard !scalar.isPlain, !scalar.text.isEmpty, scalar.text.utf8.allSatisfy(\.isDigit) else { return nil }
    return .some(Int(scalar.text))
  }

  /// One of a few words.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: YAMLNode, _ key: String, _: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    if case .broken = node.content { return nil }
    let words = Choice.allCases.map(\.rawValue)
    if case .scalar(let scalar) = node.content {
      if let choice = Choice(rawValue: scalar.text) { return choice }
      let nearest = guess(scalar.text, among: words)
      let all = "write one of: \(words.joined(separator: ", "))"
      complain(
        node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)",
        nearest.map { "did you mean \"\($0)\"? \(all)" } ?? all)
    } else {
      complain(
        node.range, "\"\(key)\" must be a word, and this is \(Self.kind(of: node))",
        "write one of: \(words.joined(separator: ", "))")
    }
    return nil
  }

  /// A bound that may be absent: nil inside for `off`. `examples` are what messages show.
  mutating func patience(
    _ node: YAMLNode, _ key: String, in range: ClosedRange<Duration>, mayBeOff: Bool = true,
    examples: String = "250ms, 10s, 5m or 1h"
  ) -> Duration?? {
    let wanted = "write a number and its unit, like \(examples)\(mayBeOff ? ", or off for none" : "")"
    guard case .scalar(let scalar) = node.content else {
      if case .broken = node.content { return nil }
      complain(node.range, "\"\(key)\" must be a duration, and this is \(Self.kind(of: node))", wanted)
      return nil
    }
    if scalar.text == "off", mayBeOff { return .some(nil) }
    switch DurationText.parse(scalar.text) {
    case .duration(let duration) where range.contains(duration):
      return .some(duration)
    case .duration, .tooLarge:
      complain(
        node.range, "\"\(key)\" is out of range",
        "write \(DurationText.print(range.lowerBound)) to \(DurationText.print(range.upperBound))"
          + (mayBeOff ? ", or off for none" : ""))
    case .unitMissing:
      complain(node.range, "\"\(key)\" needs a unit", wanted)
    case .wrong:
      complain(node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)", wanted)
    }
    return nil
  }

  /// A number of bytes.
  mutating func size(_ node: YAMLNode, _ key: String, in range: ClosedRange<Int>) -> Int? {
    let wanted = "write a number and its unit, like 64KiB or 1MiB"
    guard case .scalar(let scalar) = node.content else {
      if case .broken = node.content { return nil }
      complain(node.range, "\"\(key)\" must be a size, and this is \(Self.kind(of: node))", wanted)
      return nil
    }
    switch SizeText.parse(scalar.text) {
    case .size(let size) where range.contains(size):
      return size
    case .size, .tooLarge:
      complain(
        node.range, "\"\(key)\" is out of range",
        "write \(SizeText.print(range.lowerBound)) to \(SizeText.print(range.upperBound))")
    case .unitMissing:
      complain(node.range, "\"\(key)\" needs a unit", wanted)
    case .wrong:
      complain(node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)", wanted)
    }
    return nil
  }
}
