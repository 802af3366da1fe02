extension UInt64 {
  /// Digits, or `64KiB` and `2MiB` where that is exact.
  var scenarioText: String {
    if self >= 1 << 20, self % (1 << 20) == 0 { return "\(self >> 20)MiB" }
    if self >= 1 << 16, self % (1 << 10) == 0 { return "\(self >> 10)KiB" }
    return String(self)
  }

  /// Reads what `scenarioText` writes.
  init?(scenarioText text: some StringProtocol) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = UInt64(digits), number < 1 << 40 else { return nil }
    switch text.dropFirst(digits.count) {
    case "": self = number
    case "KiB": self = number << 10
    case "MiB": self = number << 20
    default: return nil
    }
  }
}
