import PorxyAdmin

/// The fields of an object in a request, by names in which upper and lower case are one. A field that is missing or
/// null changes nothing; one that is not known is not looked at.
struct Fields {
  private let json: JSONValue

  init(_ json: JSONValue) throws(ToxiproxyError) {
    guard case .object = json else { throw .badBody("an object is expected") }
    self.json = json
  }

  private func value(_ name: String) -> JSONValue? {
    let value = json.value(ofAnyCase: name)
    return value == .null ? nil : value
  }

  func text(_ name: String) throws(ToxiproxyError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw .badBody("\(name) is no text") }
    return text
  }

  func flag(_ name: String) throws(ToxiproxyError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .flag(let flag) = value else { throw .badBody("\(name) is neither true nor false") }
    return flag
  }

  func object(_ name: String) throws(ToxiproxyError) -> Fields? {
    guard let value = value(name) else { return nil }
    guard case .object = value else { throw .badBody("\(name) is no object") }
    return try Fields(value)
  }

  func array(_ name: String) throws(ToxiproxyError) -> [JSONValue]? {
    guard let value = value(name) else { return nil }
    guard case .array(let elements) = value else { throw .badBody("\(name) is no list") }
    return elements
  }

  /// A whole number, however it is written.
  func integer(_ name: String) throws(ToxiproxyError) -> Int64? {
    guard let value = value(name) else { return nil }
    guard case .number(let text) = value else { throw .badBody("\(name) is no number") }
    if let integer = Int64(text) { return integer }
    guard let double = Double(text), let integer = Int64(exactly: double) else {
      throw .badBody("\(name) is no whole number of 64 bits")
    }
    return integer
  }

  func float(_ name: String) throws(ToxiproxyError) -> Float? {
    guard let value = value(name) else { return nil }
    guard case .number(let text) = value, let float = Float(text), float.isFinite else {
      throw .badBody("\(name) is no number")
    }
    return float
  }
}
