/// A line of porxy's log in JSON, as far as tests ask for it.
struct LogEntry: Sendable, CustomStringConvertible {
  let description: String

  /// nil for anything but an object on one line.
  init?(_ line: some StringProtocol) {
    guard line.hasPrefix("{"), line.hasSuffix("}") else { return nil }
    description = String(line)
  }

  /// The value of a key as text, strings without their quotes; nil where there is none, or `null`.
  subscript(_ key: String) -> String? {
    guard let place = description.firstRange(of: "\"\(key)\":") else { return nil }
    let rest = description[place.upperBound...]
    let isQuoted = rest.first == "\""
    let value = isQuoted ? rest.dropFirst().prefix { $0 != "\"" } : rest.prefix { $0 != "," && $0 != "}" }
    return value == "null" && !isQuoted ? nil : String(value)
  }

  subscript(count key: String) -> Int { self[key].flatMap { Int($0) } ?? -1 }

  /// Who ended the session and how, such as `client reset`.
  var ending: String { "\(self["ended_by"] ?? "nobody") \(self["how"] ?? "nohow")" }
}
