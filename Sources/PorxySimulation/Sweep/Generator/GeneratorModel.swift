import PorxyCore

/// All features that runs can have, and which of them, and which pairs, no seed stands for.
struct GeneratorModel: Sendable {
  /// Features that no seed stands for, each by its name or all of a group by the group's, and why.
  struct Undrawn: Sendable {
    let features: [String]
    let reason: String

    init(_ features: [String], because reason: String) {
      self.features = features
      self.reason = reason
    }
  }

  /// Features of which no run has one of the former beside one of the latter, named in the same way, and why.
  struct Impossible: Sendable {
    let ones: [String]
    let others: [String]
    let reason: String

    init(_ ones: [String], with others: [String], because reason: String) {
      self.ones = ones
      self.others = others
      self.reason = reason
    }
  }

  let groups: [FeatureGroup]
  let undrawn: [Undrawn]
  let impossible: [Impossible]
  /// By feature.
  let names: [String]
  /// By group: where its features begin.
  let beginnings: [Int]
  /// By feature: it is counted in pairs, too.
  let isPaired: [Bool]
  /// By feature: some seed stands for it.
  let isDrawn: [Bool]
  /// By pair: some seed stands for it.
  private let isPossible: [Bool]
  /// By rule of `impossible`: the pairs that it tells of.
  let pairCounts: [Int]

  init(_ groups: [FeatureGroup], undrawn: [Undrawn] = [], impossible: [Impossible] = []) {
    self.groups = groups
    self.undrawn = undrawn
    self.impossible = impossible
    names = groups.flatMap { group in group.values.indices.map { group.feature($0) } }
    var next = 0
    beginnings = groups.map { group in
      defer { next += group.values.count }
      return next
    }
    isPaired = groups.flatMap { group in group.values.map { _ in group.kind != .alone } }
    let places = Places(names, groups)
    var isDrawn = [Bool](repeating: true, count: names.count)
    for feature in undrawn.flatMap({ $0.features.flatMap { places.named($0) } }) { isDrawn[feature] = false }
    self.isDrawn = isDrawn
    let count = names.count
    var isPossible = [Bool](repeating: true, count: count * count)
    for (group, beginning) in zip(groups, beginnings) where group.kind == .one {
      let all = beginning..<beginning + group.values.count
      for one in all { for other in all { isPossible[one * count + other] = false } }
    }
    var pairCounts: [Int] = []
    for rule in impossible {
      let others = rule.others.flatMap { places.named($0) }
      let pairs = rule.ones.flatMap { places.named($0) }.flatMap { one in others.map { (one, $0) } }
      for (one, other) in pairs {
        isPossible[one * count + other] = false
        isPossible[other * count + one] = false
      }
      pairCounts.append(pairs.count)
    }
    self.pairCounts = pairCounts
    self.isPossible = isPossible
  }

  /// Some seed stands for a run that has both.
  func isPossible(_ one: Int, _ other: Int) -> Bool {
    isDrawn[one] && isDrawn[other] && isPossible[one * names.count + other]
  }

  /// What a run has, each once.
  func features(of setup: RunSetup) -> [Int] {
    var features: [Int] = []
    var isTaken: [Bool] = []
    for (group, beginning) in zip(groups, beginnings) {
      isTaken.removeAll(keepingCapacity: true)
      isTaken.append(contentsOf: repeatElement(false, count: group.values.count))
      for place in group.places(setup) where !isTaken[place] {
        isTaken[place] = true
        features.append(beginning + place)
      }
    }
    return features.sorted()
  }

  /// Features by name.
  private struct Places {
    private let names: [String]
    private let groups: [FeatureGroup]

    init(_ names: [String], _ groups: [FeatureGroup]) {
      self.names = names
      self.groups = groups
    }

    /// The feature that is called so, or all of the group that is.
    func named(_ name: String) -> [Int] {
      if let place = names.firstIndex(of: name) { return [place] }
      var next = 0
      for group in groups {
        if group.name == name { return Array(next..<next + group.values.count) }
        next += group.values.count
      }
      invariant(false, "each name in a list is a feature's or a group's")
      return []
    }
  }
}
