/// A JSON value (RFC 8259), as it was read.
package enum JSONValue: Equatable, Sendable {
  case null
  case flag(Bool)
  /// As it was written: what it is worth depends on what it is read as.
  case number(String)
  case text(String)
  case array([JSONValue])
  /// In the order of the text; each key once.
  case object([Member])

  /// A key of an object and what it stands for.
  package struct Member: Equatable, Sendable {
    package let key: String
    package let value: JSONValue

    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }
}

/// Why a text is no JSON, and behind how many bytes.
package struct JSONMistake: Error, Equatable {
  package let offset: Int
  package let reason: String
}

/// Reads JSON strictly and within bounds, whatever is put before it: it comes from another process.
///
/// Stricter than RFC 8259 in this: a key stands once in its object, and escapes make whole characters.
package struct JSONReader {
  /// The largest text, in bytes.
  package static let sizeMax = 4 << 20
  /// How deep arrays and objects may lie in each other.
  package static let depthMax = 32
  /// Values of a whole text: what is read takes more memory than the text.
  package static let valuesMax = 1 << 18
  /// Keys of one object, each of which is compared with those before it.
  package static let membersMax = 256

  private let bytes: [UInt8]
  private var place = 0
  private var values = 0

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The value that a text holds.
  package static func read(_ bytes: [UInt8]) throws(JSONMistake) -> JSONValue {
    guard bytes.count <= sizeMax else { throw JSONMistake(offset: sizeMax, reason: "more than \(sizeMax) bytes") }
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.next == nil else { throw reader.mistake("text behind the value") }
    return value
  }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func mistake(_ reason: String) -> JSONMistake { JSONMistake(offset: place, reason: reason) }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d { place += 1 }
  }

  private mutating func takes(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONMistake) -> JSONValue {
    values += 1
    guard values <= Self.valuesMax else { throw mistake("more than \(Self.valuesMax) values") }
    guard depth <= Self.depthMax else { throw mistake("more than \(Self.depthMax) levels") }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .flag(true))
    case UInt8(ascii: "f"): return try word("false", .flag(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw mistake("a value is missing")
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONMistake) -> JSONValue {
    guard bytes[place...].starts(with: word.utf8) else { throw mistake("not a value") }
    place += word.utf8.count
    return value
  }

  private mutating func elements(depth: Int) throws(JSONMistake) -> [JSONValue] {
    place += 1
    var elements: [JSONValue] = []
    skipSpace()
    if takes(UInt8(ascii: "]")) { return elements }
    while true {  // bound: each turn takes a value, of which there is a most
      elements.append(try value(depth: depth + 1))
      skipSpace()
      if takes(UInt8(ascii: "]")) { return elements }
      guard takes(UInt8(ascii: ",")) else { throw mistake("',' or ']' is missing") }
    }
  }

  private mutating func members(depth: Int) throws(JSONMistake) -> [JSONValue.Member] {
    place += 1
    var members: [JSONValue.Member] = []
    skipSpace()
    if takes(UInt8(ascii: "}")) { return members }
    while true {  // bound: each turn takes a member, of which there is a most
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw mistake("a key is missing") }
      guard members.count < Self.membersMax else { throw mistake("more than \(Self.membersMax) keys") }
      let key = try text()
      guard !members.contains(where: { $0.key == key }) else { throw mistake("a key stands twice") }
      skipSpace()
      guard takes(UInt8(ascii: ":")) else { throw mistake("':' is missing") }
      members.append(JSONValue.Member(key: key, value: try value(depth: depth + 1)))
      skipSpace()
      if takes(UInt8(ascii: "}")) { return members }
      guard takes(UInt8(ascii: ",")) else { throw mistake("',' or '}' is missing") }
    }
  }
}

extension JSONReader {
  private mutating func number() throws(JSONMistake) -> String {
    let start = place
    _ = takes(UInt8(ascii: "-"))
    if !takes(UInt8(ascii: "0")) { try digits() }
    if takes(UInt8(ascii: ".")) { try digits() }
    if takes(UInt8(ascii: "e")) || takes(UInt8(ascii: "E")) {
      if !takes(UInt8(ascii: "+")) { _ = takes(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private mutating func digits() throws(JSONMistake) {
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    guard place > start else { throw mistake("not a value") }
  }

  private mutating func text() throws(JSONMistake) -> String {
    place += 1
    var content: [UInt8] = []
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw mistake("not UTF-8") }
        return text
      case UInt8(ascii: "\\"): content.append(contentsOf: String(try escaped()).utf8)
      case 0..<0x20: throw mistake("a control character in a text")
      default: content.append(byte)
      }
    }
    throw mistake("a text does not end")
  }

  private mutating func escaped() throws(JSONMistake) -> Unicode.Scalar {
    guard let byte = next else { throw mistake("a text does not end") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw mistake("an unknown escape")
    }
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // Two halves of a character beyond the first 65,536 (RFC 8259 section 7).
    guard first < 0xdc00, takes(UInt8(ascii: "\\")), takes(UInt8(ascii: "u")) else {
      throw mistake("half a character")
    }
    let second = try hexadecimal()
    guard (0xdc00...0xdfff).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
    else { throw mistake("half a character") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONMistake) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw mistake("four hexadecimal digits are missing")
      }
      number = number << 4 | UInt32(digit)
      place += 1
    }
    return number
  }
}
