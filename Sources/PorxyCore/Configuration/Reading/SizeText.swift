/// Numbers of bytes as people write them: `512B`, `64KiB`, `1MiB`.
enum SizeText {
  enum Parsed: Equatable {
    case size(Int)
    /// A number alone.
    case unitMissing
    case tooLarge
    case wrong
  }

  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  static func parse(_ text: String) -> Parsed {
    let digits = text.utf8.prefix(while: \.isDigit)
    guard !digits.isEmpty else { return .wrong }
    let rest = String(text.utf8.dropFirst(digits.count)) ?? ""
    if rest.isEmpty { return .unitMissing }
    guard let unit = units.first(where: { $0.name == rest }) else { return .wrong }
    guard let number = Int(String(digits) ?? "") else { return .tooLarge }
    let (bytes, overflows) = number.multipliedReportingOverflow(by: unit.bytes)
    return overflows ? .tooLarge : .size(bytes)
  }

  /// In the largest unit that leaves a whole number.
  static func print(_ bytes: Int) -> String {
    let unit = bytes == 0 ? ("B", 1) : units.first { bytes % $0.bytes == 0 } ?? ("B", 1)
    return "\(bytes / unit.1)\(unit.0)"
  }
}
