/// How amounts are written: a whole number and a unit, like `250ms` or `64KiB`.
package struct Units: Sendable {
  /// What a text says as an amount.
  package enum Parsed: Equatable {
    /// `Int.max` for what is beyond it.
    case amount(Int)
    /// A number alone.
    case unitMissing
    case wrong
  }

  /// What messages call such an amount, and examples.
  package let what: String
  package let examples: String
  private let zero: String
  /// The largest first.
  private let units: [(name: String, worth: Int)]

  /// In microseconds.
  package static let durations = Units(
    what: "a duration", examples: "250ms, 10s, 5m or 1h", zero: "0s",
    units: [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1)])
  /// In bytes.
  package static let sizes = Units(
    what: "a size", examples: "64KiB or 1MiB", zero: "0B",
    units: [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)])

  /// Never fails: an amount beyond `Int.max` is `Int.max`, for the caller's range to refuse.
  package func parse(_ text: String) -> Parsed {
    let digits = text.utf8.prefix(while: \.isDigit)
    guard !digits.isEmpty else { return .wrong }
    let rest = String(text.utf8.dropFirst(digits.count)) ?? ""
    if rest.isEmpty { return .unitMissing }
    guard let unit = units.first(where: { $0.name == rest }) else { return .wrong }
    let (amount, overflows) = (Int(Substring(digits)) ?? .max).multipliedReportingOverflow(by: unit.worth)
    return .amount(overflows ? .max : amount)
  }

  /// In the largest unit that leaves a whole number.
  package func print(_ amount: Int) -> String {
    guard amount != 0, let unit = units.first(where: { amount.isMultiple(of: $0.worth) }) else { return zero }
    return "\(amount / unit.worth)\(unit.name)"
  }

  /// Parts of a microsecond are rounded up.
  package static func print(_ duration: Duration) -> String { durations.print(duration.microseconds) }
}

extension Duration {
  /// Rounded up; 0 when negative, saturating at 292 years.
  package var microseconds: Int { Int((nanoseconds + 999) / 1000) }
}
