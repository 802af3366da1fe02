/// An IPv4 or IPv6 address as a plain value.
public struct IPAddress: Sendable, Hashable {
  /// The version of the Internet Protocol.
  public enum Family: UInt8, Sendable {
    case v4
    case v6
  }

  /// Bytes 0–7 of an IPv6 address, most significant first; 0 for IPv4.
  public let high: UInt64
  /// Bytes 8–15 of an IPv6 address; an IPv4 address in the low 32 bits.
  public let low: UInt64
  /// The interface of a link-local IPv6 address; 0 for none.
  public let scope: UInt32
  public let family: Family

  @inlinable
  public init(v4 bits: UInt32) {
    family = .v4
    high = 0
    low = UInt64(bits)
    scope = 0
  }

  @inlinable
  public init(v6 high: UInt64, _ low: UInt64, scope: UInt32 = 0) {
    family = .v6
    self.high = high
    self.low = low
    self.scope = scope
  }

  public static let anyV4 = IPAddress(v4: 0)
  public static let anyV6 = IPAddress(v6: 0, 0)
  public static let loopbackV4 = IPAddress(v4: 0x7f00_0001)
  public static let loopbackV6 = IPAddress(v6: 0, 1)

  /// 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    switch family {
    case .v4: low >> 24 == 127
    case .v6: high == 0 && low == 1
    }
  }

  /// 0.0.0.0 or ::.
  public var isAny: Bool { high == 0 && low == 0 }
}

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
  static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
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
  package var isMappedV4: Bool { family == .v6 && high == 0 && low >> 32 == 0xffff }
}

extension IPAddress {
  /// Appends the usual form: dotted decimal, or RFC 5952 (lower case, the longest run of zeros left out).
  func write(to text: inout [UInt8]) {
    switch family {
    case .v4: Self.writeDotted(low, to: &text)
    case .v6: writeGroups(to: &text)
    }
  }

  private static func writeDotted(_ bits: UInt64, to text: inout [UInt8]) {
    for place in 0..<4 {
      if place > 0 { text.append(UInt8(ascii: ".")) }
      text.append(digits: bits >> UInt64(24 - 8 * place) & 0xff)
    }
  }

  private func writeGroups(to text: inout [UInt8]) {
    if isMappedV4 {
      text.append("::ffff:")
      Self.writeDotted(low & 0xffff_ffff, to: &text)
    } else {
      let gap = longestGap
      for place in 0..<8 where !gap.contains(place) || place == gap.lowerBound {
        guard place != gap.lowerBound || gap.isEmpty else {
          text.append(gap.upperBound == 8 ? "::" : ":")
          continue
        }
        if place > 0 { text.append(UInt8(ascii: ":")) }
        text.append(hexadecimal: group(place))
      }
    }
    if scope != 0 {
      text.append(UInt8(ascii: "%"))
      text.append(digits: UInt64(scope))
    }
  }

  private func group(_ place: Int) -> UInt64 {
    (place < 4 ? high : low) >> UInt64(48 - 16 * (place % 4)) & 0xffff
  }

  /// The first of the longest runs of at least two groups that are zero; empty if there is none.
  private var longestGap: Range<Int> {
    var longest = 8..<8
    var start = 0
    for place in 0..<8 {
      guard group(place) == 0 else {
        start = place + 1
        continue
      }
      if place + 1 - start > max(longest.count, 1) { longest = start..<place + 1 }
    }
    return longest
  }
}
