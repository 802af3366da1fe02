import PorxyCore

/// A file that people wrote, and the places in it.
struct SourceText: Sendable {
  /// Bytes that are read at most.
  static let sizeMax = 1024 * 1024

  let file: String
  /// All bytes, or one more than `sizeMax`.
  let bytes: [UInt8]
  /// Offset of the first byte behind a byte order mark.
  let contentStart: Int
  /// Offsets of the first bytes of all lines.
  private let lineStarts: [Int]

  init(_ bytes: [UInt8], file: String) {
    let bytes = Array(bytes.prefix(Self.sizeMax + 1))
    self.file = file
    self.bytes = bytes
    contentStart = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    var starts = [contentStart]
    for (offset, byte) in bytes.enumerated() {
      let isBreak =
        byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r") && !(offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n"))
      if isBreak { starts.append(offset + 1) }
    }
    lineStarts = starts
  }

  /// Line and column of a byte, both counted from 1; columns count characters (Unicode scalars).
  func place(of offset: Int) -> (line: Int, column: Int) {
    let line = lineIndex(of: offset)
    let before = bytes[lineStarts[line]..<max(lineStarts[line], min(offset, bytes.count))]
    return (line + 1, 1 + before.reduce(0) { $0 + ($1 & 0xc0 == 0x80 ? 0 : 1) })
  }

  /// The bytes of the line that holds a byte, without its line break.
  func line(of offset: Int) -> Range<Int> {
    let start = lineStarts[lineIndex(of: offset)]
    let end = bytes[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
    return start..<end
  }

  /// The last line that begins at or before the offset.
  private func lineIndex(of offset: Int) -> Int {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {  // bound: halves each round
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }
}

/// What no text may hold.
extension SourceText {
  /// Problems that make further reading pointless: too long, not UTF-8, no text at all. At most one.
  var fatalComplaint: YAMLComplaint? {
    guard bytes.count <= Self.sizeMax else {
      return YAMLComplaint(
        range: 0..<0, message: "the file is larger than 1 MiB", advice: "make it shorter")
    }
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return YAMLComplaint(range: 0..<0, message: "the file is UTF-16", advice: "save it as UTF-8")
    }
    if let bad = firstInvalid() {
      return YAMLComplaint(
        range: bad..<bad + 1, message: "the byte \(Self.hexadecimal(bytes[bad])) is not valid UTF-8",
        advice: "save the file as UTF-8")
    }
    if let zero = bytes.firstIndex(of: 0) {
      return YAMLComplaint(
        range: zero..<zero + 1, message: "a zero byte: this is not a text file", advice: "save it as UTF-8")
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
            range: offset..<offset + length, message: "a YAML file cannot contain the control character \(code)",
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

/// Lines as they are shown in messages.
extension SourceText {
  /// Characters shown before and behind a place at most.
  private static let before = 60
  private static let behind = 40

  /// The line that holds the beginning of the range, and a line that marks the range in it. Long lines are cut to a
  /// window, and what a terminal would not show as a character is escaped, so the marks stand where they should.
  func excerpt(_ range: Range<Int>) -> (text: String, marks: String) {
    let line = line(of: range.lowerBound)
    let place = min(max(range.lowerBound, line.lowerBound), line.upperBound)
    let start = windowStart(line: line, place: place)
    var text = start > line.lowerBound ? "..." : ""
    var marks = start > line.lowerBound ? "   " : ""
    var offset = start
    var shown = 0
    while offset < line.upperBound, shown < Self.behind || offset < place {  // bound: the window
      let end = min(line.upperBound, offset + length(at: offset))
      let (piece, width) = String(decoding: bytes[offset..<end], as: UTF8.self).shown
      text += piece
      if offset < place {
        marks += String(repeating: " ", count: width)
      } else {
        marks += mark(offset: offset, width: width, in: place..<max(place + 1, range.upperBound))
        shown += 1
      }
      offset = end
    }
    if offset < line.upperBound { text += "..." }
    if place == line.upperBound { marks += "^" }
    return (text, marks)
  }

  private func mark(offset: Int, width: Int, in range: Range<Int>) -> String {
    guard range.contains(offset) else { return "" }
    return offset == range.lowerBound
      ? "^" + String(repeating: "~", count: max(0, width - 1)) : String(repeating: "~", count: width)
  }

  /// Bytes of the character at the offset; 1 in what is not UTF-8.
  private func length(at offset: Int) -> Int {
    let length = Self.length(of: bytes[offset])
    let rest = bytes[(offset + 1)...].prefix(length - 1)
    return rest.count == length - 1 && rest.allSatisfy { $0 & 0xc0 == 0x80 } ? length : 1
  }

  /// The beginning of the character up to `before` characters before the place.
  private func windowStart(line: Range<Int>, place: Int) -> Int {
    var start = place
    var count = 0
    while start > line.lowerBound, count < Self.before {  // bound: the window
      start -= 1
      if bytes[start] & 0xc0 != 0x80 { count += 1 }
    }
    // A few characters are not worth the three dots that would stand for them.
    return bytes[line.lowerBound..<start].count <= 3 ? line.lowerBound : start
  }
}
