/// Names a session: no two of a process have the same, however many there are.
///
/// The worker finds a session at its place at once, and the number tells it from those that had the place before it.
public struct SessionID: Sendable, Hashable {
  /// Counts workers from 0.
  public let worker: UInt16
  /// In the worker's table. Another session may have it later.
  public let place: UInt32
  /// Counts the worker's sessions from 1, up to `numberMax`.
  public let number: UInt64

  /// As many as six bytes hold: a million sessions a second for nine years.
  public static let numberMax: UInt64 = 1 << 48 - 1

  @inlinable
  public init(worker: UInt16, place: UInt32, number: UInt64) {
    self.worker = worker
    self.place = place
    self.number = number
  }
}

extension SessionID: CustomStringConvertible {
  /// `0-17-4711`: worker, place and number, to be typed by a person and read by `init(_:)`.
  public var description: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads what `description` writes; nil for everything else. There are no second readings: no signs, leading zeros,
  /// blanks or missing parts.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.textLengthMax else { return nil }
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 3, let worker = Self.number(parts[0], UInt64(UInt16.max)),
      let place = Self.number(parts[1], UInt64(UInt32.max)), let number = Self.number(parts[2], Self.numberMax),
      number > 0
    else { return nil }
    self.init(worker: UInt16(worker), place: UInt32(place), number: number)
  }

  /// The largest worker, place and number have 5, 10 and 15 digits.
  private static let textLengthMax = 5 + 1 + 10 + 1 + digitsMax
  private static let digitsMax = 15

  private static func number(_ digits: Substring.UTF8View, _ max: UInt64) -> UInt64? {
    guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0"), digits.count <= digitsMax else {
      return nil
    }
    var number: UInt64 = 0
    for digit in digits {
      guard digit.isDigit else { return nil }
      number = number * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return number <= max ? number : nil
  }

  func write(to text: inout [UInt8]) {
    text.append(digits: UInt64(worker))
    text.append(UInt8(ascii: "-"))
    text.append(digits: UInt64(place))
    text.append(UInt8(ascii: "-"))
    text.append(digits: number)
  }
}
