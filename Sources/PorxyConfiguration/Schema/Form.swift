import PorxyCore

/// How values of a type are written: what may stand behind a key, and how it is read and printed.
struct Form<Value: Sendable>: Sendable {
  let shape: Shape
  /// The value of a node behind a key; nil where there is something wrong with it. The last argument is what holds if
  /// nothing is written, which a section's keys change one by one.
  let read: @Sendable (inout SchemaReader, YAMLNode, String, Value?) -> Value?
  let print: @Sendable (Value) -> Printout
}

/// What is wrong with a value, and what to do about it.
struct Fault: Error {
  var message: String
  var advice: String

  init(_ message: String, _ advice: String) {
    (self.message, self.advice) = (message, advice)
  }
}

extension Form<Int> {
  /// A whole number. A bare word gets an answer of its own where another word, `word`, would do.
  static func number(in range: ClosedRange<Int>, orWord word: String? = nil) -> Form {
    Form(
      shape: .number(range), read: { reader, node, key, _ in reader.number(node, key, in: range, orWord: word) },
      print: { .number($0) })
  }

  static func size(in range: ClosedRange<Int>) -> Form {
    Form(
      shape: .amount(.sizes, range, step: 1),
      read: { reader, node, key, _ in reader.amount(node, key, .sizes, in: range) },
      print: { .word(Units.sizes.print($0)) })
  }
}

extension Form<UInt16> {
  static var port: Form {
    let range = 1...65535
    return Form(
      shape: .number(range),
      read: { reader, node, key, _ in reader.number(node, key, in: range).map { UInt16($0) } },
      print: { .number(Int($0)) })
  }
}

extension Form<Duration> {
  /// Whether `off` may stand there is only for the advice: see `optional`.
  static func duration(
    in range: ClosedRange<Duration>, step: Duration = .microseconds(1), examples: String = Units.durations.examples,
    mayBeOff: Bool = false
  ) -> Form {
    let amounts = range.lowerBound.microseconds...range.upperBound.microseconds
    let besides = mayBeOff ? ", or off for none" : ""
    return Form(
      shape: .amount(.durations, amounts, step: step.microseconds),
      read: { reader, node, key, _ in
        reader.amount(
          node, key, .durations, in: amounts, step: step.microseconds, examples: examples, besides: besides
        ).map { .microseconds($0) }
      },
      print: { .word(Units.print($0)) })
  }
}

extension Form<Duration?> {
  static func durationOrOff(in range: ClosedRange<Duration>) -> Form {
    optional("off", or: .duration(in: range, mayBeOff: true))
  }
}

extension Form<Bool> {
  static var boolean: Form {
    Form(
      shape: .words(["true", "false"]), read: { reader, node, key, _ in reader.boolean(node, key) },
      print: { .word($0 ? "true" : "false") })
  }
}

extension Form where Value: RawRepresentable<String> & CaseIterable {
  /// One of a few words.
  static var choice: Form {
    let words = Value.allCases.map(\.rawValue)
    return Form(
      shape: .words(words),
      read: { reader, node, key, _ in reader.word(node, key, among: words).flatMap { Value(rawValue: $0) } },
      print: { .word($0.rawValue) })
  }
}

extension Form where Value: Equatable {
  /// One of a few words, each with its meaning, or what another form reads.
  static func words<Other>(
    _ words: [(word: String, value: Value)], or other: Form<Other>, make: @escaping @Sendable (Other) -> Value,
    take: @escaping @Sendable (Value) -> Other?
  ) -> Form {
    Form(
      shape: .either(other.shape, or: words.map(\.word)),
      read: { reader, node, key, outer in
        if case .scalar(let scalar) = node.content, let word = words.first(where: { $0.word == scalar.text }) {
          return word.value
        }
        return other.read(&reader, node, key, outer.flatMap(take)).map(make)
      },
      print: { value in
        let word = words.first { $0.value == value }?.word
        return word.map(Printout.word) ?? take(value).map(other.print) ?? .word("")
      })
  }

  /// A word that stands for no value, or what another form reads.
  static func optional<Wrapped>(_ word: String, or other: Form<Wrapped>) -> Form where Value == Wrapped? {
    words([(word, nil)], or: other, make: { $0 }, take: { $0 })
  }

  /// `off`, or keys.
  static func sectionOrOff<Wrapped: Equatable>(_ section: Section<Wrapped>) -> Form where Value == Wrapped? {
    let keys = Form<Wrapped>.section(section)
    let read: @Sendable (inout SchemaReader, YAMLNode, String, Wrapped?) -> Wrapped? = { reader, node, key, outer in
      guard case .scalar(let scalar) = node.content, scalar.value != .null else {
        return keys.read(&reader, node, key, outer)
      }
      reader.complain(
        node.range, "\"\(key)\" cannot be \(scalar.text.quotedForMessage)",
        "write off, or keys with values: \(section.print(section.initial).flowYAML)")
      return nil
    }
    return optional("off", or: Form<Wrapped>(shape: keys.shape, read: read, print: keys.print))
  }
}

extension Form {
  /// A sequence of single values, which may be empty.
  static func sequence<Element>(of element: Form<Element>) -> Form where Value == [Element] {
    Form(
      shape: .several(element.shape),
      read: { reader, node, key, _ in
        switch node.content {
        case .sequence(let items): return items.compactMap { element.read(&reader, $0, key, nil) }
        case .scalar(let scalar) where scalar.value == .null: return []
        case .broken: return nil
        case .scalar, .mapping:
          reader.complain(
            node.range, "\"\(key)\" must be a sequence, but is \(SchemaReader.kind(of: node))",
            "write values in brackets with commas between them: [a, b]")
          return nil
        }
      },
      print: { .sequence($0.map(element.print)) })
  }

  /// Keys that change what holds without them.
  static func section(_ section: Section<Value>) -> Form {
    Form(
      shape: .section(section.rows),
      read: { reader, node, _, outer in section.read(node, with: &reader, inheriting: outer)?.value },
      print: { section.print($0) })
  }

  /// What is written, whatever YAML takes it for: `name: 5` names something "5". `what` it is, in Markdown.
  static func text(
    _ what: String, samples: [String] = [], print: @escaping @Sendable (Value) -> Printout,
    parse: @escaping @Sendable (String) throws(Fault) -> Value
  ) -> Form {
    Form(
      shape: .text(what, samples: samples),
      read: { reader, node, key, _ in
        guard let text = reader.text(node, key) else { return nil }
        do throws(Fault) {
          return try parse(text)
        } catch {
          reader.complain(node.range, error.message, error.advice)
          return nil
        }
      },
      print: print)
  }
}
