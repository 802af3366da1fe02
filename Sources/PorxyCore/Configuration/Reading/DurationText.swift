/// Durations as people write them: `50us`, `250ms`, `10s`, `5m`, `1h`.
enum DurationText {
  enum Parsed: Equatable {
    case duration(Duration)
    /// A number alone.
    case unitMissing
    case tooLarge
    case wrong
  }

  /// Longer than anybody waits, and short enough to calculate with.
  private static let microsecondsMax: Int64 = 1000 * 365 * 24 * 3600 * 1_000_000
  private static let units: [(name: String, microseconds: Int64)] = [
    ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1),
  ]

  static func parse(_ text: String) -> Parsed {
    let digits = text.utf8.prefix(while: \.isDigit)
    guard !digits.isEmpty else { return .wrong }
    let rest = String(text.utf8.dropFirst(digits.count)) ?? ""
    if rest.isEmpty { return .unitMissing }
    guard let unit = units.first(where: { $0.name == rest }) else { return .wrong }
    guard let number = Int64(String(digits) ?? "") else { return .tooLarge }
    let (microseconds, overflows) = number.multipliedReportingOverflow(by: unit.microseconds)
    return overflows || microseconds > microsecondsMax ? .tooLarge : .duration(.microseconds(microseconds))
  }

  /// In the largest unit that leaves a whole number; parts of a microsecond are rounded up.
  static func print(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let microseconds =
      min(seconds, microsecondsMax / 1_000_000) * 1_000_000 + (attoseconds + 999_999_999_999) / 1_000_000_000_000
    guard microseconds > 0 else { return "0s" }
    let unit = units.first { microseconds % $0.microseconds == 0 } ?? ("us", 1)
    return "\(microseconds / unit.microseconds)\(unit.name)"
  }
}
