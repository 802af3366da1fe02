/// A key of a terminal in raw mode.
enum TopKey: Equatable, Sendable {
  case character(Character)
  case up, down, left, right
  case pageUp, pageDown, home, end
  case enter, escape, tab, backspace
  /// Ctrl-C, Ctrl-U, Ctrl-L and Ctrl-Z.
  case interrupt, clear, redraw, suspend
}

/// Makes keys of the bytes that a terminal sends (ECMA-48, and what xterm sends for keys).
///
/// An escape byte begins the sequence of a key or is the key itself, which shows only once nothing follows it.
struct TopKeyReader {
  private var pending: [UInt8] = []
  /// A sequence of a key is shorter; what is longer is none.
  private static let sequenceMax = 16

  /// Whether what came last may be the beginning of a key.
  var isPending: Bool { !pending.isEmpty }

  /// The keys that are whole with these bytes.
  mutating func read(_ bytes: [UInt8]) -> [TopKey] {
    pending += bytes
    var keys: [TopKey] = []
    while let (key, length) = first() {  // bound: each turn takes a byte at least
      pending.removeFirst(length)
      if let key { keys.append(key) }
    }
    return keys
  }

  /// The keys that are left when nothing has followed for a while.
  mutating func finish() -> [TopKey] {
    guard let byte = pending.first else { return [] }
    let rest = Array(pending.dropFirst())
    pending = []
    return (byte == Self.escape ? [.escape] : []) + read(rest) + finish()
  }

  private static let escape: UInt8 = 0x1b

  /// The first key, and how many bytes it has; nil where more have to come. A key that means nothing here is nil.
  private func first() -> (key: TopKey?, length: Int)? {
    guard let byte = pending.first else { return nil }
    switch byte {
    case Self.escape: return sequence()
    case 0x03: return (.interrupt, 1)
    case 0x0c: return (.redraw, 1)
    case 0x15: return (.clear, 1)
    case 0x1a: return (.suspend, 1)
    case 0x09: return (.tab, 1)
    case 0x0a, 0x0d: return (.enter, 1)
    case 0x08, 0x7f: return (.backspace, 1)
    case 0..<0x20: return (nil, 1)
    default: return character(byte)
    }
  }

  private func character(_ byte: UInt8) -> (key: TopKey?, length: Int)? {
    let length = byte < 0x80 ? 1 : byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 0
    guard length > 0 else { return (nil, 1) }
    let bytes = pending.prefix(length)
    guard bytes.dropFirst().allSatisfy({ $0 & 0xc0 == 0x80 }) else { return (nil, 1) }
    guard bytes.count == length else { return nil }
    guard let text = String(validating: bytes, as: UTF8.self), let character = text.first else { return (nil, length) }
    return (.character(character), length)
  }

  private func sequence() -> (key: TopKey?, length: Int)? {
    guard pending.count > 1 else { return nil }
    switch pending[1] {
    case UInt8(ascii: "["): break
    case UInt8(ascii: "O"):
      guard pending.count > 2 else { return nil }
      return (Self.key(final: pending[2], parameter: []), 3)
    // An escape, and something else behind it.
    default: return (.escape, 1)
    }
    guard let end = pending.dropFirst(2).prefix(Self.sequenceMax).firstIndex(where: { (0x40...0x7e).contains($0) })
    else { return pending.count < Self.sequenceMax + 2 ? nil : (nil, Self.sequenceMax + 2) }
    return (Self.key(final: pending[end], parameter: pending[2..<end]), end + 1)
  }

  private static func key(final: UInt8, parameter: ArraySlice<UInt8>) -> TopKey? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "~"):
      switch String(decoding: parameter, as: UTF8.self) {
      case "1", "7": .home
      case "4", "8": .end
      case "5": .pageUp
      case "6": .pageDown
      default: nil
      }
    default: nil
    }
  }
}
