extension Duration {
  /// Nanoseconds of each unit, largest first.
  static let scenarioUnits: [(name: String, nanoseconds: Int64)] = [
    ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000),
    ("ns", 1),
  ]

  /// `2h`, `10m`, `1.5s`, `250ms`: exact to the nanosecond.
  var scenarioText: String {
    let (seconds, attoseconds) = components
    let total = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    guard total > 0 else { return "0s" }
    for unit in Self.scenarioUnits where total >= unit.nanoseconds {
      let hasDecimals = unit.nanoseconds <= 1_000_000_000
      let rest = total % unit.nanoseconds
      if rest == 0 { return "\(total / unit.nanoseconds)\(unit.name)" }
      guard hasDecimals, rest % (unit.nanoseconds / 1000) == 0 else { continue }
      var decimals = String(rest / (unit.nanoseconds / 1000))
      decimals = String(repeating: "0", count: 3 - decimals.count) + decimals
      while decimals.hasSuffix("0") { decimals.removeLast() }  // bound: three digits
      return "\(total / unit.nanoseconds).\(decimals)\(unit.name)"
    }
    return "\(total)ns"
  }

  /// Reads what `scenarioText` writes; up to nine decimals.
  package init?(scenarioText text: some StringProtocol) {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = text.dropFirst(number.count)
    guard let unit = Self.scenarioUnits.first(where: { $0.name == name }) else { return nil }
    let halves = number.split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, let whole = Int64(halves[0]), whole < Int64.max / unit.nanoseconds - 1 else { return nil }
    var total = whole * unit.nanoseconds
    if halves.count == 2 {
      guard let decimals = Int64(halves[1]), halves[1].count <= 9 else { return nil }
      let divisor = halves[1].reduce(Int64(1)) { product, _ in product * 10 }
      guard (decimals * unit.nanoseconds) % divisor == 0 else { return nil }
      total += decimals * unit.nanoseconds / divisor
    }
    self = .nanoseconds(total)
  }
}
