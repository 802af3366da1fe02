import Testing

/// A piece of the house style that can be checked.
struct Rule: Sendable, CustomTestStringConvertible {
  /// States the good case.
  let name: String
  /// What to do about a complaint.
  let cure: String
  let complaints: @Sendable (Repository) -> [Complaint]

  init(_ name: String, cure: String, _ complaints: @escaping @Sendable (Repository) -> [Complaint]) {
    self.name = name
    self.cure = cure
    self.complaints = complaints
  }

  /// A rule that looks at one Swift file at a time.
  init(swift name: String, cure: String, _ complaints: @escaping @Sendable (SourceFile) -> [Complaint]) {
    self.init(name, cure: cure) { $0.swift.flatMap(complaints) }
  }

  var testDescription: String { name }

  static let all: [Rule] =
    layout + imports + constructs + [documented, orderedCollections] + loops + text + markdown + citations
}
