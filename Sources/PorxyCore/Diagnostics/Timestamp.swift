/// A moment of the calendar, in UTC, to the millisecond.
public struct Timestamp: Sendable, Equatable {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
  public let nanosecondsSinceEpoch: UInt64

  public init(nanosecondsSinceEpoch: UInt64) {
    self.nanosecondsSinceEpoch = nanosecondsSinceEpoch
  }

  /// Appends the RFC 3339 form, `2026-07-31T09:05:07.042Z`.
  package func write(to text: inout [UInt8]) {
    let (days, ofDay) = (nanosecondsSinceEpoch / 1_000_000).quotientAndRemainder(dividingBy: 86_400_000)
    let (year, month, day) = Self.civil(daysSinceEpoch: days)
    text.append(digits: year, width: 4)
    text.append(UInt8(ascii: "-"))
    text.append(digits: month, width: 2)
    text.append(UInt8(ascii: "-"))
    text.append(digits: day, width: 2)
    text.append(UInt8(ascii: "T"))
    text.append(digits: ofDay / 3_600_000, width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(digits: ofDay / 60_000 % 60, width: 2)
    text.append(UInt8(ascii: ":"))
    text.append(digits: ofDay / 1000 % 60, width: 2)
    text.append(UInt8(ascii: "."))
    text.append(digits: ofDay % 1000, width: 3)
    text.append(UInt8(ascii: "Z"))
  }

  /// The proleptic Gregorian date, by Howard Hinnant's `civil_from_days`: eras of 400 years that begin in March, so
  /// that the leap day is the last of its year.
  private static func civil(daysSinceEpoch: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
    let (era, ofEra) = (daysSinceEpoch + 719_468).quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let dayOfYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
