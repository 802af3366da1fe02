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
