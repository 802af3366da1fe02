/// Splits Swift (and, near enough, C) into tokens and comments, so that rules neither complain of words in strings nor
/// overlook code behind them.
struct Lexer {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var depth = 0
  private(set) var tokens: [Token] = []
  /// The comment that begins or goes on in a line, by line: looked up, never iterated.
  private(set) var comments: [Int: String] = [:]

  init(_ text: String) {
    bytes = Array(text.utf8)
    scan(untilClosingParenthesis: false)
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  private func starts(with text: StaticString) -> Bool {
    text.description.utf8.enumerated().allSatisfy { byte($0.offset) == $0.element }
  }

  private mutating func advance() {
    if byte() == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  /// Also scans the code in a string's interpolation, up to the parenthesis that ends it.
  private mutating func scan(untilClosingParenthesis isInterpolation: Bool) {
    var parentheses = 0
    while position < bytes.count {
      let next = byte()
      if starts(with: "//") {
        scanLineComment()
      } else if starts(with: "/*") {
        scanBlockComment()
      } else if next == UInt8(ascii: "\"") || next == UInt8(ascii: "#") && opensRawString() {
        scanString()
      } else if isWord(next) {
        scanWord()
      } else {
        if next == UInt8(ascii: "(") { parentheses += 1 }
        if next == UInt8(ascii: ")") {
          parentheses -= 1
          if isInterpolation, parentheses < 0 { return }
        }
        scanSymbol()
      }
    }
  }

  private func isWord(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private mutating func scanWord() {
    let start = position
    while isWord(byte()) { position += 1 }
    append(.word, String(decoding: bytes[start..<position], as: UTF8.self), from: start)
  }

  private mutating func scanSymbol() {
    let symbol = byte()
    if symbol > UInt8(ascii: " ") {
      if symbol == UInt8(ascii: "}") { depth -= 1 }
      append(.symbol, String(decoding: [symbol], as: UTF8.self), from: position)
      if symbol == UInt8(ascii: "{") { depth += 1 }
    }
    advance()
  }

  private mutating func append(_ kind: Token.Kind, _ text: String, from start: Int) {
    let isJoined = start > 0 && bytes[start - 1] > UInt8(ascii: " ")
    tokens.append(Token(kind: kind, text: text, line: line, depth: depth, isJoined: isJoined))
  }

  private mutating func scanLineComment() {
    let start = position
    while position < bytes.count, byte() != UInt8(ascii: "\n") { position += 1 }
    comments[line, default: ""] += String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func scanBlockComment() {
    var nesting = 0
    repeat {
      let start = position
      if starts(with: "/*") {
        nesting += 1
        position += 2
      } else if starts(with: "*/") {
        nesting -= 1
        position += 2
      } else {
        advance()
      }
      if bytes[start] != UInt8(ascii: "\n") {
        comments[line, default: ""] += String(decoding: bytes[start..<position], as: UTF8.self)
      }
    } while nesting > 0 && position < bytes.count
  }

  private func opensRawString() -> Bool {
    var offset = 0
    while byte(offset) == UInt8(ascii: "#") { offset += 1 }
    return byte(offset) == UInt8(ascii: "\"")
  }

  private mutating func scanString() {
    append(.literal, "\"", from: position)
    var hashes = 0
    while byte() == UInt8(ascii: "#") {
      hashes += 1
      position += 1
    }
    let quotes = starts(with: "\"\"\"") ? 3 : 1
    position += quotes
    while position < bytes.count, !closes(quotes, hashes) {
      if byte() == UInt8(ascii: "\\"), follows(hashes, UInt8(ascii: "#"), from: 1) {
        position += 1 + hashes
        if byte() == UInt8(ascii: "(") {
          position += 1
          scan(untilClosingParenthesis: true)
        }
      } else if quotes == 1, byte() == UInt8(ascii: "\n") {
        return  // not a string after all, such as an apostrophe's neighbour in C
      }
      advance()
    }
    position += quotes + hashes
  }

  private func closes(_ quotes: Int, _ hashes: Int) -> Bool {
    follows(quotes, UInt8(ascii: "\""), from: 0) && follows(hashes, UInt8(ascii: "#"), from: quotes)
  }

  private func follows(_ count: Int, _ expected: UInt8, from offset: Int) -> Bool {
    (0..<count).allSatisfy { byte(offset + $0) == expected }
  }
}
