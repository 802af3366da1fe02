@testable import PorxyConfiguration
import PorxyCore

/// Draws a configuration file from the schema's tables: their keys, with values that the rows allow.
///
/// Only what keys mean to one another is said here: names, references, and who listens where.
struct RandomConfiguration {
  private var generator: Xoshiro256
  /// Keys that need not be there are left out now and then.
  private let isSparse: Bool
  private var backends: [String] = []
  /// The file as it may be written.
  private(set) var written = Printout.word("")
  /// The same file as it is printed: what entries inherit stands in each of them. Only if it is not sparse.
  private(set) var printed = Printout.word("")

  init(_ generator: Xoshiro256, isSparse: Bool) {
    self.generator = generator
    self.isSparse = isSparse
    backends = (0...self.generator.integer(in: 0...4)).map { name($0) }
    let rows = Schema.configuration.rows.filter { has($0) }
    let values = rows.map { value(of: $0) }
    let fields = zip(rows, values).map { (row: $0, value: $1) }
    written = .mapping(fields.map { ($0.row.name, $0.value) })
    printed = .mapping(
      fields.filter { $0.row.scope != .handedDown }.map { ($0.row.name, Self.own($0.value, of: $0.row)) })
  }

  /// A section without what its keys hand down.
  private static func own(_ value: Printout, of row: Row) -> Printout {
    guard row.scope == .partlyHandedDown, case .section(let rows) = row.shape, case .mapping(let fields) = value else {
      return value
    }
    let names = rows.filter { $0.scope != .handedDown }.map(\.name)
    return .mapping(fields.filter { names.contains($0.key) })
  }

  private mutating func has(_ row: Row) -> Bool {
    row.example != nil || !isSparse || generator.chance(1, in: 2)
  }

  private mutating func value(of row: Row) -> Printout {
    switch (row.name, row.shape) {
    case ("backends", .list(let rows)):
      .sequence(backends.indices.map { index in entry(rows, backend(index)) })
    case ("listeners", .list(let rows)):
      .sequence((0...generator.integer(in: 0...4)).map { index in entry(rows, listener(index)) })
    case ("admin", .either(.section(let rows), _)):
      generator.chance(1, in: 4)
        ? .word("off")
        : entry(rows, ["socket": .text(generator.pick(["admin.sock", "/run/a b", "x#", "./off"])), "http": http])
    case ("from", .several(let shape)):
      .sequence((0...generator.integer(in: 0...2)).map { _ in value(of: shape) })
    case ("health", .either(.section(let rows), _)):
      generator.chance(1, in: 3)
        ? .word("off")
        : entry(
          rows,
          [
            "every": .word(generator.pick(["100ms", "2s", "1h"])), "timeout": .word(generator.pick(["1ms", "99ms"])),
            "port": .number(generator.integer(in: 1...65535)),
          ])
    default: value(of: row.shape)
    }
  }

  /// A port that no listener has, and a page only where it may be.
  private var http: Printout? {
    mutating get {
      guard generator.chance(1, in: 2) else { return .word("off") }
      let address = generator.pick(["127.0.0.1", "::1", "127.3.2.1", "192.0.2.9", "0.0.0.0", "::"])
      let isLoopback = address.hasPrefix("127") || address == "::1"
      return .mapping([
        ("address", .text(address)), ("port", .number(9000 + generator.integer(in: 0...99))),
        ("page", .word(isLoopback && generator.chance(1, in: 2) ? "true" : "false")),
        ("hosts", .sequence((0..<generator.integer(in: 0...2)).map { .text("h\($0).example") })),
      ])
    }
  }

  private mutating func value(of shape: Shape) -> Printout {
    switch shape {
    case .number(let range): .number(generator.integer(in: range))
    case .amount(let units, let range, let step): .word(units.print(amount(in: range, step: step)))
    case .words(let words): .word(generator.pick(words))
    case .text(_, let samples): .text(generator.pick(samples))
    case .section(let rows): entry(rows, [:])
    case .list(let rows): .sequence((0...generator.integer(in: 0...2)).map { _ in entry(rows, [:]) })
    case .several(let shape): .sequence((0..<generator.integer(in: 0...2)).map { _ in value(of: shape) })
    case .either(let shape, let words): generator.chance(1, in: 3) ? .word(generator.pick(words)) : value(of: shape)
    }
  }

  /// Short ones as often as long ones.
  private mutating func amount(in range: ClosedRange<Int>, step: Int) -> Int {
    let steps = (range.upperBound - range.lowerBound) / step
    return range.lowerBound + step * generator.integer(in: 0...(steps >> generator.integer(in: 0...40)))
  }

  /// The keys that are given, nil for those that may not be there, and for the others what their rows allow.
  private mutating func entry(_ rows: [Row], _ given: [String: Printout?]) -> Printout {
    var fields: [(key: String, value: Printout)] = []
    for row in rows {
      if let value = given[row.name] {
        if let value { fields.append((row.name, value)) }
      } else if has(row) {
        fields.append((row.name, value(of: row)))
      }
    }
    return .mapping(fields)
  }

  // MARK: What keys mean to one another

  private mutating func backend(_ index: Int) -> [String: Printout?] {
    generator.chance(1, in: 3) ? endpoints(index) : server(index)
  }

  /// Several endpoints; a single one without anything of its own is printed in the short form.
  private mutating func endpoints(_ index: Int) -> [String: Printout?] {
    var rows: [Row] = []
    for case ("endpoints", .list(let inner)) in Self.backendRows.map({ ($0.name, $0.shape) }) { rows = inner }
    let hosts = generator.chance(1, in: 2) ? ["10.0.0", "192.0.2"] : ["10.0.0", "a.example"]
    let endpoints = (0...generator.integer(in: 1...3)).map { place in
      let host = hosts[place % 2]
      return entry(
        rows,
        [
          "host": .text(host.hasSuffix("e") ? host : "\(host).\(place)"), "name": .text(name(place)),
          "port": .number(place + 1),
        ])
    }
    return [
      "name": .text(backends[index]), "host": nil, "port": nil, "endpoints": .sequence(endpoints),
      "resolve": hosts[1] == "a.example" ? .some(resolve) : nil,
    ]
  }

  private var resolve: Printout {
    mutating get {
      for row in Self.backendRows where row.name == "resolve" { return value(of: row.shape) }
      return .mapping([])
    }
  }

  private static var backendRows: [Row] {
    for case ("backends", .list(let rows)) in Schema.configuration.rows.map({ ($0.name, $0.shape) }) { return rows }
    return []
  }

  private mutating func server(_ index: Int) -> [String: Printout?] {
    let name = Printout.text(backends[index])
    if generator.chance(1, in: 2) {
      return [
        "name": name, "host": .text(generator.pick(["app-7.example.", "off", "true", "null", "a", "x_y", "0x.a"])),
        "endpoints": nil, "balance": nil,
      ]
    }
    let addresses = ["10.0.\(generator.below(256)).1", "2001:db8::\(generator.integer(in: 1...99))", "fe80::9%3"]
    return [
      "name": name, "host": .text(generator.pick(addresses + ["fe80::8%x.y@z", "fe80::7%eth0"])), "resolve": nil,
      "endpoints": nil, "balance": nil,
    ]
  }

  /// Each on ports of its own.
  private mutating func listener(_ index: Int) -> [String: Printout?] {
    let address = generator.pick([
      "0.0.0.0", "127.0.0.1", "::1", "::", "*", "localhost", "fe80::1%7", "fe80::2%eth0", "fe80::3%off",
      "192.0.2.\(generator.below(256))",
    ])
    let (first, count) = (1000 * index + 1, generator.pick([1, 1, 2, 100]))
    var given: [String: Printout?] = [
      "name": .text(name(index)), "backend": .text(backends[index % backends.count]), "address": .text(address),
      "port": count == 1 ? .number(first) : nil, "ports": count == 1 ? nil : .word("\(first)-\(first + count - 1)"),
    ]
    // One of many ports may lead to as many ports of a backend.
    if count > 1 { given["mirror"] = .some(.word("false")) }
    if address != "::" { given["dual_stack"] = .some(address == "*" ? .word("true") : nil) }
    return given
  }

  /// The index keeps names apart.
  private mutating func name(_ index: Int) -> String {
    let signs = Array("aZ09 -_.:#,[]{}&*!|>'\"%@`\\?/~=é日😀")
    let drawn = (0..<generator.integer(in: 0...12)).map { _ in generator.pick(signs) }
    return String(drawn.drop { $0 == " " }) + "\(index)"
  }
}
