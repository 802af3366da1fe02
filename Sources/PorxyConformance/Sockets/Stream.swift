import PorxyCore

/// The bytes that a peer's socket sends: from the first one it is known whose they are, and every later one says by its
/// value where it belongs.
enum Stream {
  /// A prime, so that no length of buffers divides it.
  private static let period = 65_521
  private static let stride = 7_919

  private static let table: [UInt8] = {
    var random = SplitMix64(seed: 0x706f_7278_7900)
    return (0..<period).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }()

  /// Writes so many bytes of the stream, from a place in it on.
  static func write(_ stream: UInt64, from offset: UInt64, into bytes: inout [UInt8], count: Int) {
    var place = start(stream, offset)
    unsafe table.withUnsafeBufferPointer { table in
      for index in 0..<count {
        bytes[index] = unsafe table[place]
        place += 1
        if place == period { place = 0 }
      }
    }
    if offset == 0, count > 0 { bytes[0] = UInt8(truncatingIfNeeded: stream) }
  }

  /// How many of the bytes are those of the stream from this place on.
  static func matching(_ stream: UInt64, from offset: UInt64, _ bytes: [UInt8], count: Int) -> Int {
    var place = start(stream, offset)
    return unsafe table.withUnsafeBufferPointer { table in
      for index in 0..<count {
        let isName = offset == 0 && index == 0
        let due = unsafe isName ? UInt8(truncatingIfNeeded: stream) : table[place]
        if bytes[index] != due { return index }
        place += 1
        if place == period { place = 0 }
      }
      return count
    }
  }

  private static func start(_ stream: UInt64, _ offset: UInt64) -> Int {
    Int((offset &+ stream &* UInt64(stride)) % UInt64(period))
  }
}
