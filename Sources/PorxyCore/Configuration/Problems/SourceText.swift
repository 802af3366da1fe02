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
