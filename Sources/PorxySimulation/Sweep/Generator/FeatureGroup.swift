/// What one part of a random run can be: each of its values is a feature, which a run has or has not.
struct FeatureGroup: Sendable {
  /// How the values of a group go together.
  enum Kind: Sendable {
    /// A run has at most one of them.
    case one
    /// A run may have several.
    case some
    /// A run may have several, and each is counted by itself: with those of other groups they would be too many pairs.
    case alone
  }

  let name: String
  let values: [String]
  let kind: Kind
  /// The stored properties of `RunSetup` that it looks at, by their names: `clients.peerPlan.chunk`.
  let properties: [String]
  /// Of the values that a run has; a place may come twice.
  let places: @Sendable (RunSetup) -> [Int]

  init(
    _ name: String, _ kind: Kind, of properties: [String], _ values: [String],
    _ places: @escaping @Sendable (RunSetup) -> [Int]
  ) {
    self.name = name
    self.kind = kind
    self.properties = properties
    self.values = values
    self.places = places
  }

  /// What a feature is called: the group and the value.
  func feature(_ place: Int) -> String { "\(name): \(values[place])" }
}

extension FeatureGroup {
  /// A run has one case of an enum, or none where `value` says nil.
  static func one<Value: CaseIterable & Equatable & Sendable>(
    _ name: String, of properties: [String], _ value: @escaping @Sendable (RunSetup) -> Value?
  ) -> FeatureGroup {
    some(name, of: properties, .one) { setup in value(setup).map { [$0] } ?? [] }
  }

  /// A run has one case of an enum, and where it has none, that is a feature, too.
  static func option<Value: CaseIterable & Equatable & Sendable>(
    _ name: String, of properties: [String], _ value: @escaping @Sendable (RunSetup) -> Value?
  ) -> FeatureGroup {
    let all = Array(Value.allCases)
    return FeatureGroup(name, .one, of: properties, ["none"] + all.map { words($0) }) { setup in
      [value(setup).flatMap { all.firstIndex(of: $0) }.map { $0 + 1 } ?? 0]
    }
  }

  /// Something holds of a run or does not; each is a feature with a name of its own.
  static func either(
    _ name: String, of properties: [String], _ usual: String, _ other: String,
    _ isOther: @escaping @Sendable (RunSetup) -> Bool
  ) -> FeatureGroup {
    FeatureGroup(name, .one, of: properties, [usual, other]) { [isOther($0) ? 1 : 0] }
  }

  /// A run has any cases of an enum.
  static func some<Value: CaseIterable & Equatable & Sendable>(
    _ name: String, of properties: [String], _ kind: Kind = .some,
    _ values: @escaping @Sendable (RunSetup) -> [Value]
  ) -> FeatureGroup {
    let all = Array(Value.allCases)
    return FeatureGroup(name, kind, of: properties, all.map { words($0) }) { setup in
      values(setup).compactMap { all.firstIndex(of: $0) }
    }
  }

  /// The name of a case in words: `slow reader`.
  static func words<Value>(_ value: Value) -> String { String(describing: value).inWords }
}

/// None, one or more of something.
enum FeatureCount: Sendable, CaseIterable {
  case none
  case one
  case several

  init(_ count: Int) {
    self = count == 0 ? .none : count == 1 ? .one : .several
  }
}

/// One of something that there always is, or more.
enum OneOrMore: Sendable, CaseIterable {
  case one
  case several

  init(_ count: Int) {
    self = count == 1 ? .one : .several
  }
}
