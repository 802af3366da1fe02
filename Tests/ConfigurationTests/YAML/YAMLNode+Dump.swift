@testable import PorxyConfiguration
import PorxyCore

extension YAMLNode {
  /// In the manner of JSON, to be compared with what a test expects; integers in decimal, floats as they are written.
  var dump: String {
    switch content {
    case .broken: "BROKEN"
    case .sequence(let items): "[" + items.map(\.dump).joined(separator: ",") + "]"
    case .mapping(let mapping):
      "{" + mapping.entries.map { "\($0.key.dump):\($0.value.dump)" }.joined(separator: ",") + "}"
    case .scalar(let scalar): scalar.dump
    }
  }
}

extension YAMLScalar {
  var dump: String {
    switch value {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): value.map { "\($0)" } ?? "HUGE"
    case .float: "float(\(text))"
    case .string: text.jsonQuoted
    }
  }
}

/// What became of a document: its dump, or the places and words of complaints.
func read(_ text: String) -> (dump: String?, complaints: [String]) {
  read(Array(text.utf8))
}

func read(_ bytes: [UInt8]) -> (dump: String?, complaints: [String]) {
  let source = SourceText(bytes, file: "test.yaml")
  var complaints = source.fatalComplaint.map { [$0] } ?? source.unprintables(max: 10)
  guard complaints.isEmpty else { return (nil, complaints.map { $0.words(in: source) }) }
  let root: YAMLNode?
  (root, complaints) = YAMLParser.parse(source)
  return (complaints.isEmpty ? root?.dump : nil, complaints.map { $0.words(in: source) })
}

extension YAMLComplaint {
  func words(in source: SourceText) -> String {
    let place = source.place(of: range.lowerBound)
    return "\(place.line):\(place.column) \(message); \(advice)"
  }
}
