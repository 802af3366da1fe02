import PorxyCore

/// A piece of a YAML document and where it stands.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping(YAMLMapping)
    /// Could not be read; the problem is already reported, and nothing more is to be said about it.
    case broken
  }

  var content: Content
  /// Byte offsets in the source.
  var range: Range<Int>
}

/// Keys and values in the order of the document; no key comes twice.
struct YAMLMapping: Sendable {
  struct Entry: Sendable {
    var key: YAMLScalar
    /// Byte offsets of the key in the source.
    var keyRange: Range<Int>
    var value: YAMLNode
  }

  var entries: [Entry] = []
  /// False when part of it could not be read: then a key that is missing may be one of those.
  var isWhole = true

  subscript(key: String) -> YAMLNode? {
    entries.first { $0.key.text == key }?.value
  }
}

/// A text, and what the core schema of YAML 1.2 (section 10.3.2) makes of it.
struct YAMLScalar: Sendable, Equatable {
  enum Value: Sendable, Equatable {
    case null
    case boolean(Bool)
    /// Nil where the number is beyond `Int`.
    case integer(Int?)
    case float
    case string
  }

  let text: String
  /// Quoted scalars are always strings.
  let isPlain: Bool

  /// What stands where nothing is written.
  static let empty = YAMLScalar(text: "", isPlain: true)

  var value: Value {
    guard isPlain else { return .string }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .boolean(true)
    case "false", "False", "FALSE": return .boolean(false)
    case ".nan", ".NaN", ".NAN": return .float
    default: return Self.number(Array(text.utf8)[...]) ?? .string
    }
  }

  /// `[-+]?[0-9]+`, `0o[0-7]+`, `0x[0-9a-fA-F]+`, or a float.
  private static func number(_ text: ArraySlice<UInt8>) -> Value? {
    if text.starts(with: "0o".utf8) { return integer(text.dropFirst(2), radix: 8, isNegative: false) }
    if text.starts(with: "0x".utf8) { return integer(text.dropFirst(2), radix: 16, isNegative: false) }
    let isNegative = text.first == UInt8(ascii: "-")
    let unsigned = isNegative || text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    return integer(unsigned, radix: 10, isNegative: isNegative) ?? (isFloat(unsigned) ? .float : nil)
  }

  private static func integer(_ digits: ArraySlice<UInt8>, radix: Int, isNegative: Bool) -> Value? {
    guard !digits.isEmpty else { return nil }
    var sum: Int? = 0
    for digit in digits {
      guard let value = digit.digitValue, value < radix else { return nil }
      guard let sofar = sum else { continue }
      let (product, overflows) = sofar.multipliedReportingOverflow(by: radix)
      let (next, overflowsToo) = product.addingReportingOverflow(value)
      sum = overflows || overflowsToo ? nil : next
    }
    return .integer(sum.map { isNegative ? -$0 : $0 })
  }

  /// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?` or `\.(inf|Inf|INF)`, its sign taken off already.
  private static func isFloat(_ text: ArraySlice<UInt8>) -> Bool {
    if text.elementsEqual(".inf".utf8) || text.elementsEqual(".Inf".utf8) || text.elementsEqual(".INF".utf8) {
      return true
    }
    let whole = text.prefix(while: \.isDigit)
    var rest = text.dropFirst(whole.count)
    var digits = whole.count
    if rest.first == UInt8(ascii: ".") {
      let fraction = rest.dropFirst().prefix(while: \.isDigit)
      rest = rest.dropFirst(1 + fraction.count)
      digits += fraction.count
    }
    guard digits > 0 else { return false }
    guard let mark = rest.first else { return true }
    guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(\.isDigit)
  }
}

/// Why a place of a document is not read.
struct YAMLComplaint: Error, Equatable {
  /// Byte offsets in the source.
  var range: Range<Int>
  var message: String
  /// What to do about it.
  var advice: String
}
