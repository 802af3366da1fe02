/// Numbers in the units that a person would name, in few columns. All round down, so that nothing seems whole that is
/// not.
enum Quantity {
  /// Such as `0`, `812 B`, `9.9 KiB`, `34 MiB`; eight columns at most.
  static func bytes(_ count: UInt64) -> String {
    guard count > 0 else { return "0" }
    guard count >= 1024 else { return "\(count) B" }
    var (whole, unit) = (count, 0)
    // How many tenths of the unit lie beyond the whole ones.
    var tenths: UInt64 = 0
    while whole >= 1024, unit < units.count {
      tenths = whole % 1024 * 10 / 1024
      whole /= 1024
      unit += 1
    }
    return (whole < 10 ? "\(whole).\(tenths) " : "\(whole) ") + units[unit - 1]
  }

  private static let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// Such as `34 MiB/s`; ten columns at most.
  static func bytesRate(_ perSecond: Double) -> String { bytes(UInt64(clamped: perSecond)) + "/s" }

  /// Such as `99999`, `123k`, `4.5M`; six columns at most below 10^18.
  static func count(_ count: UInt64) -> String {
    guard count >= 100_000 else { return "\(count)" }
    var (whole, tenths, unit) = (count, UInt64(0), 0)
    while whole >= 1000, unit < powers.count {
      (whole, tenths) = (whole / 1000, whole % 1000 / 100)
      unit += 1
    }
    return (whole < 10 ? "\(whole).\(tenths)" : "\(whole)") + powers[unit - 1]
  }

  private static let powers = ["k", "M", "G", "T", "P"]

  /// Such as `0/s`, `0.5/s`, `120/s`.
  static func rate(_ perSecond: Double) -> String {
    let tenths = UInt64(clamped: perSecond * 10)
    return (tenths == 0 || tenths >= 100 ? count(tenths / 10) : "\(tenths / 10).\(tenths % 10)") + "/s"
  }

  /// Such as `850us`, `1.2ms`, `35ms`, `4.2s`, `42s`, `3m12s`, `2h05m`, `4d03h`, `1200d`; six columns at most.
  static func time(_ time: Duration) -> String {
    let microseconds = UInt64(clamped: time / .microseconds(1))
    let (milliseconds, seconds) = (microseconds / 1000, microseconds / 1_000_000)
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400)
    if microseconds == 0 { return "0s" }
    if milliseconds == 0 { return "\(microseconds)us" }
    if milliseconds < 10 { return "\(milliseconds).\(microseconds / 100 % 10)ms" }
    if seconds == 0 { return "\(milliseconds)ms" }
    if seconds < 10 { return "\(seconds).\(milliseconds / 100 % 10)s" }
    if minutes == 0 { return "\(seconds)s" }
    if hours == 0 { return "\(minutes)m\(twoDigits(seconds % 60))s" }
    if days == 0 { return "\(hours)h\(twoDigits(minutes % 60))m" }
    return days < 100 ? "\(days)d\(twoDigits(hours % 24))h" : count(days) + "d"
  }

  /// How long something has lasted: whole seconds, because digits that change at every look distract.
  static func age(_ time: Duration) -> String {
    let seconds = UInt64(clamped: time / .seconds(1))
    return seconds < 60 ? "\(seconds)s" : self.time(.seconds(Int64(clamping: seconds)))
  }

  /// Such as `12%`.
  static func share(_ share: Double) -> String { "\(UInt64(clamped: share * 100))%" }

  private static func twoDigits(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension UInt64 {
  /// Rounded down; 0 for what is negative or no number, the largest for what is larger.
  fileprivate init(clamped value: Double) {
    self = value > 0 ? value < 0x1p63 ? UInt64(value) : .max : 0
  }
}
