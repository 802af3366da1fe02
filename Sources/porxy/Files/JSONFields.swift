import PorxyAdmin

/// An object of a JSON text that is read key by key, and knows its place for messages.
struct JSONFields {
  private let members: [JSONValue.Member]
  private let place: String

  /// What is wrong with a field, for a person.
  struct Mistake: Error, Equatable {
    let reason: String
  }

  /// The whole text.
  init(_ bytes: [UInt8]) throws(Mistake) {
    let value: JSONValue
    do throws(JSONMistake) {
      value = try JSONReader.read(bytes)
    } catch {
      throw Mistake(reason: "no JSON behind byte \(error.offset): \(error.reason)")
    }
    try self.init(value, at: "")
  }

  private init(_ value: JSONValue, at place: String) throws(Mistake) {
    guard case .object(let members) = value else {
      throw Mistake(reason: "\(place.isEmpty ? "the answer" : place) is no object")
    }
    (self.members, self.place) = (members, place)
  }

  private func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private func unfit(_ key: String, _ wanted: String) -> Mistake { Mistake(reason: "\(path(key)) is no \(wanted)") }

  /// What stands for a key; nil for null. A key that is missing is a mistake, one that is not asked for is none.
  private func value(_ key: String) throws(Mistake) -> JSONValue? {
    guard let member = members.first(where: { $0.key == key }) else { throw Mistake(reason: "\(path(key)) is missing") }
    return member.value == .null ? nil : member.value
  }

  private func required<Value>(_ value: Value?, _ key: String, _ wanted: String) throws(Mistake) -> Value {
    guard let value else { throw unfit(key, wanted) }
    return value
  }

  func optionalText(_ key: String) throws(Mistake) -> String? {
    switch try value(key) {
    case .text(let text): text
    case nil: nil
    default: throw unfit(key, "text")
    }
  }

  func text(_ key: String) throws(Mistake) -> String { try required(optionalText(key), key, "text") }

  func flag(_ key: String) throws(Mistake) -> Bool {
    guard case .flag(let flag) = try value(key) else { throw unfit(key, "flag") }
    return flag
  }

  /// A number without a sign, a point or an exponent that the type holds; nil for null.
  func optionalCount<Count: FixedWidthInteger>(_ key: String) throws(Mistake) -> Count? {
    switch try value(key) {
    case .number(let text): try required(Self.count(text), key, "count")
    case nil: nil
    default: throw unfit(key, "count")
    }
  }

  func count<Count: FixedWidthInteger>(_ key: String) throws(Mistake) -> Count {
    try required(optionalCount(key), key, "count")
  }

  /// Milliseconds with up to three places, as `JSONObject.add` writes them; nil for null.
  func optionalTime(_ key: String) throws(Mistake) -> Duration? {
    switch try value(key) {
    case .number(let text): try required(Self.time(text), key, "time")
    case nil: nil
    default: throw unfit(key, "time")
    }
  }

  func time(_ key: String) throws(Mistake) -> Duration { try required(optionalTime(key), key, "time") }

  /// An array of times.
  func times(_ key: String, atMost most: Int) throws(Mistake) -> [Duration] {
    var times: [Duration] = []
    for element in try array(key, atMost: most) {
      guard case .number(let text) = element, let time = Self.time(text) else { throw unfit(key, "sequence of times") }
      times.append(time)
    }
    return times
  }

  /// One of the words of a type; nil for null.
  func optionalChoice<Choice: RawRepresentable<String>>(_ key: String) throws(Mistake) -> Choice? {
    guard let word = try optionalText(key) else { return nil }
    return try required(Choice(rawValue: word), key, "word that is known here")
  }

  func choice<Choice: RawRepresentable<String>>(_ key: String) throws(Mistake) -> Choice {
    try required(optionalChoice(key), key, "word that is known here")
  }

  /// An object of its own; nil for null.
  func optionalObject(_ key: String) throws(Mistake) -> JSONFields? {
    guard let value = try value(key) else { return nil }
    return try JSONFields(value, at: path(key))
  }

  func object(_ key: String) throws(Mistake) -> JSONFields { try required(optionalObject(key), key, "object") }

  /// What each object of an array is read as.
  func objects<Value>(
    _ key: String, atMost most: Int, _ read: (JSONFields) throws(Mistake) -> Value
  ) throws(Mistake) -> [Value] {
    var objects: [Value] = []
    for (index, element) in try array(key, atMost: most).enumerated() {
      objects.append(try read(JSONFields(element, at: "\(path(key))[\(index)]")))
    }
    return objects
  }

  private func array(_ key: String, atMost most: Int) throws(Mistake) -> [JSONValue] {
    guard case .array(let elements) = try value(key) else { throw unfit(key, "array") }
    guard elements.count <= most else { throw Mistake(reason: "\(path(key)) has more than \(most) entries") }
    return elements
  }

  private static func count<Count: FixedWidthInteger>(_ text: String) -> Count? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Count(text) : nil
  }

  private static func time(_ text: String) -> Duration? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let places = parts.count == 2 ? parts[1] : ""
    guard parts.count <= 2, places.utf8.count <= 3, let whole: Int64 = count(parts[0]), whole <= timeMax,
      let part: Int64 = count((places + "000").prefix(3).description)
    else { return nil }
    return .microseconds(whole * 1000 + part)
  }

  /// In milliseconds: two hundred years, which is less than nanoseconds can be counted.
  private static let timeMax: Int64 = 200 * 366 * 86_400_000
}
