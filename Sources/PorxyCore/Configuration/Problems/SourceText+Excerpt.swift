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
