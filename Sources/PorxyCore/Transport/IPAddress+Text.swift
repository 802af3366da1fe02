/// Addresses as people write them.
extension IPAddress {
  /// Reads an IPv4 address of four decimal numbers, or an IPv6 address (RFC 4291 section 2.2) with the interface's
  /// number behind a `%` if need be; nil for everything else. There are no second readings: no leading zeros, no fewer
  /// parts, no octal or hexadecimal IPv4, no brackets, no white space.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.textLengthMax else { return nil }
    if bytes.contains(UInt8(ascii: ":")) {
      self.init(textV6: bytes[...])
    } else {
      guard let bits = Self.bitsV4(bytes[...]) else { return nil }
      self.init(v4: bits)
    }
  }

  /// Six groups, an IPv4 address and a scope, none of them with a zero too many.
  private static let textLengthMax = 6 * 5 + 15 + 1 + 10

  /// Four numbers up to 255, separated by dots.
  private static func bitsV4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bits: UInt32 = 0
    for part in parts {
      guard let value = number(part), value <= 255 else { return nil }
      bits = bits << 8 | value
    }
    return bits
  }

  /// A decimal number without leading zeros.
  private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
    guard let first = digits.first, digits.count <= 10, first != UInt8(ascii: "0") || digits.count == 1 else {
      return nil
    }
    var value: UInt64 = 0
    for digit in digits {
      guard digit.isDigit else { return nil }
      value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
    }
    return UInt32(exactly: value)
  }

  private init?(textV6 text: ArraySlice<UInt8>) {
    let percent = text.firstIndex(of: UInt8(ascii: "%"))
    var scope: UInt32 = 0
    if let percent {
      guard let number = Self.number(text[(percent + 1)...]), number > 0 else { return nil }
      scope = number
    }
    guard let groups = Self.groups(text[..<(percent ?? text.endIndex)]) else { return nil }
    let high = groups[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    let low = groups[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
    self.init(v6: high, low, scope: scope)
  }

  /// Eight groups; `::` stands for one or more that are zero, and may come once.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    guard let gap = doubleColon(text) else {
      guard let all = plainGroups(text), all.count == 8 else { return nil }
      return all
    }
    let (before, behind) = (text[..<gap], text[(gap + 2)...])
    guard let head = before.isEmpty ? [] : plainGroups(before), let tail = behind.isEmpty ? [] : plainGroups(behind),
      head.count + tail.count <= 7, !before.contains(UInt8(ascii: "."))
    else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  private static func doubleColon(_ text: ArraySlice<UInt8>) -> Int? {
    text.indices.dropLast().first { text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":") }
  }

  /// Groups of one to four hexadecimal digits; the last two may be an IPv4 address.
  private static func plainGroups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    var groups: [UInt16] = []
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if index == parts.count - 1, let bits = bitsV4(part) {
        groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
        continue
      }
      guard 1...4 ~= part.count else { return nil }
      var group: UInt16 = 0
      for digit in part {
        guard let value = digit.digitValue else { return nil }
        group = group << 4 | UInt16(value)
      }
      groups.append(group)
    }
    return groups
  }
}

extension IPAddress: CustomStringConvertible {
  /// As RFC 5952 writes it: lower case, no leading zeros, the longest run of zero groups as `::`; the interface behind
  /// a `%`.
  public var description: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// An IPv4 address in the form of an IPv6 one (::ffff:0:0/96).
  var isMappedV4: Bool { family == .v6 && high == 0 && low >> 32 == 0xffff }
}
