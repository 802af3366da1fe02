import Glibc

/// The bytes of a stream that never repeats within any buffer: what stands at an offset is known to both ends, so a
/// byte added, dropped, doubled or from another stream is noticed where it happens.
enum Pattern: UInt64, Sendable {
  case client = 1
  case server = 2
  case other = 3

  /// A prime, so that no buffer size divides it.
  private static let period = 65521
  /// Twice the period, so that a whole one begins anywhere in the first.
  private static let tables = [Pattern.client, .server, .other].map { pattern in
    var mixed = pattern.rawValue &* 0x9e37_79b9_7f4a_7c15
    let once = (0..<period).map { _ in
      mixed = (mixed ^ (mixed >> 29)) &* 0xbf58_476d_1ce4_e5b9 &+ 0x94d0_49bb_1331_11eb
      return UInt8(truncatingIfNeeded: mixed >> 56)
    }
    return once + once
  }

  /// At most this many bytes are lent at a time.
  static let countMax = period

  /// Lends the `count` bytes from `offset` on.
  func withBytes<Result>(from offset: Int, count: Int, _ body: (UnsafeRawPointer) -> Result) -> Result {
    precondition(count <= Self.period)
    return unsafe Self.tables[Int(rawValue) - 1].withUnsafeBytes {
      unsafe body($0.baseAddress.unsafelyUnwrapped + offset % Self.period)
    }
  }

  /// Whether these are the bytes from `offset` on.
  func matches(_ bytes: UnsafeRawPointer, from offset: Int, count: Int) -> Bool {
    var checked = 0
    while checked < count {
      let part = min(count - checked, Self.period)
      let isSame = unsafe withBytes(from: offset + checked, count: part) {
        unsafe memcmp($0, bytes + checked, part) == 0
      }
      if !isSame { return false }
      checked += part
    }
    return true
  }
}
