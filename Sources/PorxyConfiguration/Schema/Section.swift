import PorxyCore

/// A mapping of the file, described once: a row for each key.
///
/// Reading, messages, printing, the tables of docs/CONFIGURATION.md and the random files of the tests follow from the
/// rows. What only several keys together tell is for `check`; what only several entries tell is in `Consistency/`.
struct Section<Owner: Sendable>: Sendable {
  /// What messages call it.
  let title: String
  /// What holds where nothing is written.
  let initial: Owner
  /// In the order in which they are listed and printed.
  let keys: [Key<Owner>]
  /// What the keys mean only together.
  var check: @Sendable (inout SchemaReader, inout Entry<Owner>) -> Void = { _, _ in }

  /// What the node says, and for what it does not say `outer`; nil where it is no mapping.
  func read(
    _ node: YAMLNode, with reader: inout SchemaReader, inheriting outer: Owner? = nil, mayLackKeys: Bool = false
  ) -> Entry<Owner>? {
    guard let fields = reader.fields(node, of: title, keys.map(\.row), mayLackKeys: mayLackKeys) else { return nil }
    var entry = Entry(outer ?? initial)
    for key in keys.filter(\.row.isReadFirst) + keys.filter({ !$0.row.isReadFirst }) {
      guard let field = fields[key.row.name] else { continue }
      let other = keys.first { $0.row.replaces.contains(key.row.name) }.flatMap { fields[$0.row.name] }
      if let other {
        reader.complain(
          other.keyRange, "\(title) cannot have both \"\(key.row.name)\" and \"\(other.key.text)\"",
          "remove one of them")
      } else if key.read(&reader, field.value, &entry.value) {
        entry.places[key.row.name] = (field.keyRange, field.value.range)
      }
    }
    check(&reader, &entry)
    return entry
  }

  func print(_ owner: Owner) -> Printout {
    let printed = keys.filter { $0.row.scope != .handedDown && $0.applies(owner) }
    return .mapping(printed.map { ($0.row.name, $0.print(owner)) })
  }

  var rows: [Row] {
    keys.map { key in
      var row = key.row
      row.initial = key.print(initial)
      return row
    }
  }
}

/// What a mapping says, and where.
struct Entry<Value: Sendable>: Sendable {
  var value: Value
  /// Of the keys that were read, those with something wrong left out; byte offsets in the source.
  // lookup only: by key.
  var places: [String: (key: Range<Int>, value: Range<Int>)] = [:]

  init(_ value: Value) {
    self.value = value
  }
}

/// A row of a section, and what it does with the section's value.
struct Key<Owner: Sendable>: Sendable {
  private(set) var row: Row
  /// Printed only where it has a meaning.
  fileprivate let applies: @Sendable (Owner) -> Bool
  /// False where something is wrong.
  fileprivate let read: @Sendable (inout SchemaReader, YAMLNode, inout Owner) -> Bool
  fileprivate let print: @Sendable (Owner) -> Printout

  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Owner, Value> & Sendable, _ form: Form<Value>, _ meaning: String,
    where applies: @escaping @Sendable (Owner) -> Bool = { _ in true }
  ) {
    row = Row(name: name, shape: form.shape, meaning: meaning)
    self.applies = applies
    read = { reader, node, owner in
      guard let value = form.read(&reader, node, name, owner[keyPath: path]) else { return false }
      owner[keyPath: path] = value
      return true
    }
    print = { form.print($0[keyPath: path]) }
  }

  /// A sequence of sections, each of which begins as `first` makes it. It may not be empty: that is one that could not
  /// be read. `noun` is what messages call an entry.
  init<Value>(
    _ name: String, _ path: any WritableKeyPath<Owner, [Entry<Value>]> & Sendable, of section: Section<Value>,
    noun: String, _ meaning: String, first: @escaping @Sendable (Owner) -> Value,
    where applies: @escaping @Sendable (Owner) -> Bool = { _ in true }
  ) {
    row = Row(name: name, shape: .list(section.rows), meaning: meaning)
    self.applies = applies
    read = { reader, node, owner in
      let start = first(owner)
      owner[keyPath: path] = reader.items(node, name, noun).map { item in
        section.read(item, with: &reader, inheriting: start) ?? Entry(start)
      }
      return true
    }
    print = { owner in .sequence(owner[keyPath: path].map { section.print($0.value) }) }
  }

  /// The file has to have it; `example` says what to add.
  func required(_ example: String) -> Key { with { $0.example = example } }
  /// It is read before lists, whose entries begin with it and are printed with it.
  var handedDown: Key { with { $0.scope = .handedDown } }
  /// The same for a section that has keys of its own besides, which are printed with it.
  var partlyHandedDown: Key { with { $0.scope = .partlyHandedDown } }
  /// What is not written is as in a section around this one.
  var inherited: Key { with { $0.scope = .inherited } }
  /// It stands for the other keys: it or they are enough, and all that may be written.
  func replacing(_ others: String...) -> Key { with { $0.replaces = others } }

  /// The same key in a section of what is around its owner.
  func lifted<Outer>(to path: any WritableKeyPath<Outer, Owner> & Sendable) -> Key<Outer> {
    let key = self
    return Key<Outer>(
      row: row, applies: { key.applies($0[keyPath: path]) }, read: { key.read(&$0, $1, &$2[keyPath: path]) },
      print: { key.print($0[keyPath: path]) })
  }

  private init(
    row: Row, applies: @escaping @Sendable (Owner) -> Bool,
    read: @escaping @Sendable (inout SchemaReader, YAMLNode, inout Owner) -> Bool,
    print: @escaping @Sendable (Owner) -> Printout
  ) {
    (self.row, self.applies, self.read, self.print) = (row, applies, read, print)
  }

  private func with(_ change: (inout Row) -> Void) -> Key {
    var key = self
    change(&key.row)
    return key
  }
}

/// A row without the types of its section, for messages, pages and tests.
struct Row: Sendable {
  enum Scope {
    case own
    case handedDown
    case partlyHandedDown
    case inherited
  }

  let name: String
  let shape: Shape
  /// Without a full stop, in Markdown.
  let meaning: String
  var example: String?
  var scope = Scope.own
  var replaces: [String] = []
  /// What holds where the key is not written.
  var initial = Printout.word("")

  fileprivate var isReadFirst: Bool { scope == .handedDown || scope == .partlyHandedDown }
}

/// What may stand behind a key.
indirect enum Shape: Sendable {
  case number(ClosedRange<Int>)
  /// In bytes or microseconds, in steps of so many.
  case amount(Units, ClosedRange<Int>, step: Int)
  case words([String])
  /// `what` it is, in Markdown; `samples` are what tests write.
  case text(_ what: String, samples: [String])
  case section([Row])
  case list([Row])
  /// A sequence of single values, which may be empty.
  case several(Shape)
  /// A few words besides.
  case either(Shape, or: [String])
}
