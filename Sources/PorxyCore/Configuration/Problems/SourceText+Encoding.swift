/// What no text may hold.
extension SourceText {
  /// Problems that make further reading pointless: too long, not UTF-8, no text at all. At most one.
  var fatalComplaint: YAMLComplaint? {
    guard bytes.count <= Self.sizeMax else {
      return YAMLComplaint(
        range: 0..<0, message: "the file is longer than 1 MiB, and so much is not read", advice: "make it shorter")
    }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return YAMLComplaint(range: 0..<0, message: "the file is UTF-16", advice: "save it as UTF-8")
    }
    if let bad = firstInvalid() {
      return YAMLComplaint(
        range: bad..<bad + 1, message: "the byte \(Self.hexadecimal(bytes[bad])) is not UTF-8 here",
        advice: "save the file as UTF-8")
    }
    if let zero = bytes.firstIndex(of: 0) {
      return YAMLComplaint(
        range: zero..<zero + 1, message: "a zero byte: this is no text file", advice: "save it as UTF-8")
    }
    return nil
  }

  /// Characters that YAML allows only as escapes in double quotes (the reverse of c-printable); at most `max` are
  /// found.
  func unprintables(max: Int) -> [YAMLComplaint] {
    var found: [YAMLComplaint] = []
    var offset = contentStart
    while offset < bytes.count, found.count < max {  // bound: each round takes a character
      let length = Self.length(of: bytes[offset])
      if let code = unprintable(at: offset, length) {
        found.append(
          YAMLComplaint(
            range: offset..<offset + length, message: "the control character \(code) cannot stand in a YAML file",
            advice: "remove it, or write it as an escape in double quotes"))
      }
      offset += length
    }
    return found
  }

  private func unprintable(at offset: Int, _ length: Int) -> String? {
    let first = bytes[offset]
    if length == 1 {
      let isControl =
        first < 0x20 && first != 0x09 && first != 0x0a && first != 0x0d || first == 0x7f
      return isControl ? "U+00\(Self.hexadecimal(first).dropFirst(2))" : nil
    }
    let second = bytes[offset + 1]
    if first == 0xc2, second < 0xa0, second != 0x85 { return "U+00\(Self.hexadecimal(second).dropFirst(2))" }
    guard first == 0xef else { return nil }
    switch (second, bytes[offset + 2]) {
    case (0xbb, 0xbf): return "U+FEFF"
    case (0xbf, 0xbe): return "U+FFFE"
    case (0xbf, 0xbf): return "U+FFFF"
    default: return nil
    }
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count == 1 ? "0x0\(digits)" : "0x\(digits)"
  }

  // MARK: UTF-8

  /// Bytes of the character that begins with this byte, in valid UTF-8.
  static func length(of first: UInt8) -> Int {
    switch first {
    case ..<0xc0: 1
    case ..<0xe0: 2
    case ..<0xf0: 3
    default: 4
    }
  }

  /// Offset of the first byte that begins no well-formed sequence (Unicode, table 3-7).
  private func firstInvalid() -> Int? {
    var offset = 0
    while offset < bytes.count {  // bound: each round takes a character
      guard let length = wellFormedLength(at: offset) else { return offset }
      offset += length
    }
    return nil
  }

  private func wellFormedLength(at offset: Int) -> Int? {
    let first = bytes[offset]
    guard first >= 0x80 else { return 1 }
    let second: ClosedRange<UInt8>
    switch first {
    case 0xc2...0xdf: second = 0x80...0xbf
    case 0xe0: second = 0xa0...0xbf
    case 0xed: second = 0x80...0x9f
    case 0xe1...0xef: second = 0x80...0xbf
    case 0xf0: second = 0x90...0xbf
    case 0xf1...0xf3: second = 0x80...0xbf
    case 0xf4: second = 0x80...0x8f
    default: return nil
    }
    let length = Self.length(of: first)
    guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return nil }
    return bytes[(offset + 2)..<max(offset + 2, offset + length)].allSatisfy { $0 & 0xc0 == 0x80 } ? length : nil
  }
}
