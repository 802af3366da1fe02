/// Durations as people write them: `250ms`, `10s`, `5m`, `1h`.
enum DurationText {
  enum Parsed: Equatable {
    case duration(Duration)
    /// A number alone.
    case unitMissing
    case tooLarge
    case wrong
  }

  /// Longer than anybody waits, and short enough to calculate with.
  private static let millisecondsMax: Int64 = 1000 * 365 * 24 * 3600 * 1000
  private static let units: [(name: String, milliseconds: Int64)] = [
    ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  static func parse(_ text: String) -> Parsed {
    let digits = text.utf8.prefix(while: \.isDigit)
    guard !digits.isEmpty else { return .wrong }
    let rest = String(text.utf8.dropFirst(digits.count)) ?? ""
    if rest.isEmpty { return .unitMissing }
    guard let unit = units.first(where: { $0.name == rest }) else { return .wrong }
    guard let number = Int64(String(digits) ?? "") else { return .tooLarge }
    let (milliseconds, overflows) = number.multipliedReportingOverflow(by: unit.milliseconds)
    return overflows || milliseconds > millisecondsMax ? .tooLarge : .duration(.milliseconds(milliseconds))
  }

  /// In the largest unit that leaves a whole number; parts of a millisecond are rounded up.
  static func print(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let milliseconds =
      min(seconds, millisecondsMax) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    guard milliseconds > 0 else { return "0s" }
    let unit = units.first { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
    return "\(milliseconds / unit.milliseconds)\(unit.name)"
  }
}
