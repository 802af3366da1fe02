/// Text is built as bytes, so that a log line costs no `String` of its own.
extension Array where Element == UInt8 {
  mutating func append(_ text: String) {
    append(contentsOf: text.utf8)
  }

  /// Appends a number in decimal, filled up with zeros to `width`.
  mutating func append(digits number: UInt64, width: Int = 1) {
    let start = count
    var rest = number
    repeat {  // bound: 20 digits, or `width`
      append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0 || count - start < width
    self[start...].reverse()
  }

  mutating func append(hexadecimal number: UInt64) {
    let start = count
    var rest = number
    repeat {  // bound: 16 digits
      append(Self.hexadecimalDigits[Int(rest & 15)])
      rest >>= 4
    } while rest > 0
    self[start...].reverse()
  }

  /// Appends milliseconds with three places, so that nothing shorter than a microsecond shows.
  package mutating func append(millisecondsOf duration: Duration) {
    let microseconds = duration.nanoseconds / 1000
    append(digits: microseconds / 1000)
    append(UInt8(ascii: "."))
    append(digits: microseconds % 1000, width: 3)
  }

  /// Appends a JSON string (RFC 8259 section 7) of text that is UTF-8.
  package mutating func append(quoting text: some Sequence<UInt8>) {
    append(UInt8(ascii: "\""))
    for byte in text { append(escaping: byte) }
    append(UInt8(ascii: "\""))
  }

  private mutating func append(escaping byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      append(UInt8(ascii: "\\"))
      append(byte)
    case UInt8(ascii: "\n"): append("\\n")
    case UInt8(ascii: "\r"): append("\\r")
    case UInt8(ascii: "\t"): append("\\t")
    case 0..<0x20, 0x7f:
      append("\\u00")
      append(Self.hexadecimalDigits[Int(byte >> 4)])
      append(Self.hexadecimalDigits[Int(byte & 15)])
    default: append(byte)
    }
  }

  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)
}

extension UInt8 {
  /// An ASCII decimal digit.
  package var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

  /// What an ASCII digit up to `f` or `F` stands for.
  package var digitValue: Int? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// An ASCII letter.
  package var isLetter: Bool {
    let lower = self | 0x20
    return UInt8(ascii: "a") <= lower && lower <= UInt8(ascii: "z")
  }
}
