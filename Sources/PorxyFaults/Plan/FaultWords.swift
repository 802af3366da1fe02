import PorxyCore

/// The words of a line, taken one by one.
struct FaultWords {
  struct Word: Equatable {
    let text: String
    /// Byte offsets in the line.
    let range: Range<Int>
  }

  private var words: [Word] = []
  private var next = 0
  private let length: Int

  init(_ line: String) {
    var begun: Int?
    let bytes = Array(line.utf8)
    length = bytes.count
    for (place, byte) in (bytes + [UInt8(ascii: " ")]).enumerated() {
      if byte != UInt8(ascii: " "), byte != UInt8(ascii: "\t") {
        begun = begun ?? place
      } else if let first = begun {
        words.append(Word(text: String(decoding: bytes[first..<place], as: UTF8.self), range: first..<place))
        begun = nil
      }
    }
  }

  var peek: Word? { next < words.count ? words[next] : nil }

  /// Where the line ends, for what is missing there.
  var end: Range<Int> { max(0, length - 1)..<max(1, length) }

  /// From the first word to the last that was taken.
  var taken: String { words[..<next].map(\.text).joined(separator: " ") }

  /// The line, with one blank between words.
  var all: String { words.map(\.text).joined(separator: " ") }

  mutating func take() -> Word? {
    guard let word = peek else { return nil }
    next += 1
    return word
  }

  /// Takes the next word if it is this one.
  mutating func take(_ text: String) -> Bool {
    guard peek?.text == text else { return false }
    next += 1
    return true
  }

  /// The next word; `what` is expected there.
  mutating func need(_ what: String) throws(FaultLineError) -> Word {
    guard let word = take() else {
      throw FaultLineError(end, "the line ends where \(what) is expected", "write \(what)")
    }
    return word
  }

  mutating func side() throws(FaultLineError) -> FaultSide {
    let word = try need("client or backend")
    guard let side = FaultSide(rawValue: word.text) else {
      throw FaultLineError(word.range, "\"\(word.text)\" is no side of a session", "write client or backend")
    }
    return side
  }

  mutating func duration(_ range: ClosedRange<Duration> = .zero...longest) throws(FaultLineError) -> Duration {
    let example = "a duration like 50ms, 2s or 1m"
    let word = try need(example)
    guard case .amount(let microseconds) = Units.durations.parse(word.text) else {
      throw FaultLineError(word.range, "\"\(word.text)\" is no duration", "write \(example)")
    }
    let duration = Duration.microseconds(microseconds)
    guard range.contains(duration) else {
      throw FaultLineError(word.range, "the duration is out of range", "write one of at most a day")
    }
    return duration
  }

  /// A number of bytes, with a unit or without.
  mutating func size(_ range: ClosedRange<UInt64>, perSecond: Bool = false) throws(FaultLineError) -> UInt64 {
    let suffix = perSecond ? "/s" : ""
    let example = "a size like 64KiB\(suffix) or 1MiB\(suffix)"
    let word = try need(example)
    let text = perSecond && word.text.hasSuffix(suffix) ? String(word.text.dropLast(2)) : word.text
    guard !perSecond || text != word.text, let amount = Self.amount(text) else {
      let what = perSecond ? "no size for each second" : "no size"
      throw FaultLineError(word.range, "\"\(word.text)\" is \(what)", "write \(example)")
    }
    guard range.contains(amount) else {
      throw FaultLineError(
        word.range, "the size is out of range", "write \(range.lowerBound)B to \(range.upperBound)B")
    }
    return amount
  }

  static let longest = Duration.seconds(86_400)

  /// Bytes, with a unit or without; saturates.
  private static func amount(_ text: String) -> UInt64? {
    switch Units.sizes.parse(text) {
    case .amount(let amount): UInt64(amount)
    case .unitMissing: number(text)
    case .wrong: nil
    }
  }

  /// A decimal number; saturates.
  static func number(_ text: String) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy(\.isDigit) else { return nil }
    return UInt64(text) ?? .max
  }
}
