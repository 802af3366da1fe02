import PorxyCore

@testable import PorxyConfiguration

/// The tables of `docs/generated/configuration.md`, made from the schema.
enum KeyTables {
  /// A heading, and the keys of the top level below it; `listeners.*` stands for the keys inside `listeners`.
  private static let sections: [(title: String, keys: [String])] = [
    ("Listeners", ["listeners.*"]), ("Backends", ["backends.*"]), ("Timeouts", ["timeouts.*"]), ("Names", ["resolve"]),
    ("Limits, log, workers, relay, spin", ["limits", "log", "workers", "relay", "spin"]), ("Admin", ["admin"]),
    ("Faults", ["faults"]), ("Recording", ["record"]),
  ]

  /// The keys of the top level that have a table.
  static var keys: [String] { sections.flatMap(\.keys).map { String($0.prefix { $0 != "." }) } }

  static var page: String {
    """
    # Configuration keys

    [CONFIGURATION.md](../CONFIGURATION.md) explains them.

    """
      + sections.map { section in
        "\n## \(section.title)\n\n" + table(section.keys.flatMap { rows($0) }).joined(separator: "\n") + "\n"
      }.joined()
  }

  private static func rows(_ name: String) -> [Row] {
    let isOpen = name.hasSuffix(".*")
    let top = Schema.configuration.rows.filter { $0.name == (isOpen ? String(name.dropLast(2)) : name) }
    guard isOpen else { return top }
    return top.flatMap { Self.inside($0.shape) }
  }

  private static func inside(_ shape: Shape) -> [Row] {
    switch shape {
    case .section(let rows), .list(let rows): rows
    case .either(let shape, _): inside(shape)
    default: []
    }
  }

  private static func table(_ rows: [Row]) -> [String] {
    ["| key | value | default | meaning |", "|---|---|---|---|"] + rows.flatMap { lines($0, in: "", among: rows) }
  }

  /// A section that is not inherited is written out; one that may be `off` besides has a line of its own, too.
  private static func lines(_ row: Row, in prefix: String, among rows: [Row]) -> [String] {
    let name = prefix + row.name
    let inner = row.scope == .inherited ? [] : inside(row.shape)
    let own = "| `\(name)` | \(value(row)) | \(initial(row, among: rows)) | \(row.meaning) |"
    if case .section = row.shape, !inner.isEmpty { return inner.flatMap { lines($0, in: "\(name).", among: inner) } }
    return [own] + inner.flatMap { lines($0, in: "\(name).", among: inner) }
  }

  private static func value(_ row: Row) -> String {
    row.scope == .inherited ? "as at the top level" : value(row.shape)
  }

  private static func value(_ shape: Shape) -> String {
    switch shape {
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .amount(let units, let range, _): "`\(units.print(range.lowerBound))` to `\(units.print(range.upperBound))`"
    case .words(let words): list(words)
    case .text(let what, _): what
    case .section: "keys below"
    case .list: "a sequence"
    case .several(let shape): "a sequence of: \(value(shape))"
    case .either(let shape, let words): "\(list(words)), or \(value(shape))"
    }
  }

  private static func list(_ words: [String]) -> String { words.map { "`\($0)`" }.joined(separator: ", ") }

  private static func initial(_ row: Row, among rows: [Row]) -> String {
    if !row.replaces.isEmpty { return "" }
    if row.scope == .inherited { return "inherited" }
    guard row.example == nil else {
      return (["required"] + rows.filter { $0.replaces.contains(row.name) }.map { "or `\($0.name)`" }).joined(
        separator: ", ")
    }
    return switch row.initial {
    case .mapping: "as below"
    case .sequence, .text, .word, .number: "`\(row.initial.flowYAML)`"
    }
  }
}
