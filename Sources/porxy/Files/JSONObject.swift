import PorxyCore

/// A JSON object in one line (RFC 8259), whose fields stand in the order in which they are added.
struct JSONObject {
  private var bytes: [UInt8] = []

  /// As it stands in a line of its own or in an array.
  var text: String { "{" + String(decoding: bytes, as: UTF8.self) + "}" }

  /// Adds a text; nil is null.
  mutating func add(_ key: String, _ value: String?) {
    open(key)
    if let value { bytes.append(quoting: value.utf8) } else { bytes += Array("null".utf8) }
  }

  /// Adds a number; nil is null.
  mutating func add(_ key: String, _ value: Int?) {
    open(key)
    bytes += Array((value.map { String($0) } ?? "null").utf8)
  }

  /// Adds milliseconds with three places, as the log has them.
  mutating func add(_ key: String, _ value: Duration) {
    open(key)
    bytes.append(millisecondsOf: value)
  }

  /// Adds an array of texts.
  mutating func add(_ key: String, _ values: [String]) {
    open(key)
    for (index, value) in values.enumerated() {
      bytes.append(UInt8(ascii: index == 0 ? "[" : ","))
      bytes.append(quoting: value.utf8)
    }
    bytes += Array((values.isEmpty ? "[]" : "]").utf8)
  }

  /// Adds a counter.
  mutating func add(_ key: String, _ count: UInt64) {
    open(key)
    bytes += Array("\(count)".utf8)
  }

  /// Adds a flag.
  mutating func add(_ key: String, _ flag: Bool) {
    open(key)
    bytes += Array((flag ? "true" : "false").utf8)
  }

  /// Adds milliseconds with three places; nil is null.
  mutating func add(_ key: String, _ value: Duration?) {
    guard let value else { return add(key, nil as Int?) }
    add(key, value)
  }

  /// Adds an array of milliseconds with three places.
  mutating func add(_ key: String, _ values: [Duration]) {
    open(key)
    for (index, value) in values.enumerated() {
      bytes.append(UInt8(ascii: index == 0 ? "[" : ","))
      bytes.append(millisecondsOf: value)
    }
    bytes += Array((values.isEmpty ? "[]" : "]").utf8)
  }

  /// Adds an object; nil is null.
  mutating func add(_ key: String, _ object: JSONObject?) {
    open(key)
    bytes += Array((object?.text ?? "null").utf8)
  }

  /// Adds an array of objects.
  mutating func add(_ key: String, _ objects: [JSONObject]) {
    open(key)
    bytes += Array("[\(objects.map(\.text).joined(separator: ","))]".utf8)
  }

  private mutating func open(_ key: String) {
    if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
    bytes.append(quoting: key.utf8)
    bytes.append(UInt8(ascii: ":"))
  }
}
