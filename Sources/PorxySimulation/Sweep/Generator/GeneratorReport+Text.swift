// What is missing, and the report as a person reads it.
extension GeneratorReport: CustomStringConvertible {
  /// Features and pairs that no run had although some should, without what is too rare for so few runs.
  public var missing: [String] {
    guard runs >= Self.runsMin else { return [] }
    let features = model.names.indices.filter { model.isDrawn[$0] && counts[$0] == 0 }.map { model.names[$0] }
    let pairs = neverDrawn.filter { counts[$0.one] > 0 && counts[$0.other] > 0 && isCommon($0) }
    return features + pairs.map { name($0) }
  }

  /// Features and pairs that some run had although the lists say that no seed stands for them.
  public var unlisted: [String] {
    let features = model.names.indices.filter { !model.isDrawn[$0] && counts[$0] > 0 }.map { model.names[$0] }
    let pairs = pairsCounted.filter { pair in
      pair.count > 0 && model.isDrawn[pair.one] && model.isDrawn[pair.other]
        && !model.isPossible(pair.one, pair.other)
    }
    return features + pairs.map { name($0) }
  }

  /// What the runs have agrees with the lists.
  public var isGood: Bool { missing.isEmpty && unlisted.isEmpty }

  /// Possible pairs that no run had.
  private var neverDrawn: [Pair] {
    pairsCounted.filter { $0.count == 0 && model.isPossible($0.one, $0.other) }
  }

  /// So many runs should have it.
  private func isCommon(_ pair: Pair) -> Bool {
    runs >= Self.runsDefault || counts[pair.one] * counts[pair.other] >= Self.expectedMin * runs
  }

  /// Two features and how many runs have both.
  private struct Pair {
    let one: Int
    let other: Int
    let count: Int
  }

  private var pairsCounted: [Pair] {
    let paired = model.names.indices.filter { model.isPaired[$0] }
    return paired.enumerated().flatMap { place, one in
      paired[(place + 1)...].map { Pair(one: one, other: $0, count: count(one, $0)) }
    }
  }

  private func name(_ pair: Pair) -> String { "\(model.names[pair.one]) + \(model.names[pair.other])" }

  // MARK: Text

  /// All of it, for a person: each feature with its share, the rarest pairs, what is missing, and what the lists say.
  public var text: String {
    var lines: [String] = []
    for (group, beginning) in zip(model.groups, model.beginnings) { lines += self.lines(of: group, beginning) }
    let possible = pairsCounted.filter { model.isPossible($0.one, $0.other) }
    let rarest = possible.filter { $0.count > 0 }.sorted { ($0.count, $0.one, $0.other) < ($1.count, $1.one, $1.other) }
    lines += ["", "rarest pairs, of \(possible.count):"]
    lines += rarest.prefix(Self.rarestMax).map { "\(Self.column($0.count))  \(name($0))" }
    lines += ["", "never drawn, on purpose or not yet:"]
    for rule in model.undrawn { lines += rule.features.map { "  \($0)" } + ["    because \(rule.reason)"] }
    lines += ["", "pairs that no seed stands for:"]
    for (rule, pairs) in zip(model.impossible, model.pairCounts) {
      lines.append("  \(rule.ones[0]) + \(rule.others[0])" + (pairs > 1 ? ", and \(pairs - 1) more" : ""))
      lines.append("    because \(rule.reason)")
    }
    lines += Self.list("never drawn, and on no list", missing) + Self.list("drawn, although on a list", unlisted)
    lines += ["", summary]
    return lines.joined(separator: "\n") + "\n"
  }

  private func lines(of group: FeatureGroup, _ beginning: Int) -> [String] {
    let features = beginning..<beginning + group.values.count
    guard group.kind != .alone else {
      let range = features.map { counts[$0] }.sorted()
      return [
        group.name, "  each of \(range.count)", "  the rarest".padded + Self.share(range.first ?? 0, of: runs),
        "  the most frequent".padded + Self.share(range.last ?? 0, of: runs),
      ]
    }
    return [group.name]
      + features.filter { model.isDrawn[$0] || counts[$0] > 0 }.map { feature in
        "  \(group.values[feature - beginning])".padded + Self.share(counts[feature], of: runs)
      }
  }

  private var summary: String {
    let rare = neverDrawn.count { !isCommon($0) }
    let found =
      "\(counts.count { $0 > 0 }) features in \(runs) runs: \(missing.count) features and pairs missing, "
      + "\(unlisted.count) against the lists"
    return rare == 0 ? found : found + "; \(rare) more pairs may be missing because so few runs were drawn"
  }

  public var description: String { summary }

  private static func list(_ title: String, _ names: [String]) -> [String] {
    guard !names.isEmpty else { return [] }
    let more = names.count > missingMax ? ["  and \(names.count - missingMax) more"] : []
    return ["", "\(title):"] + names.prefix(missingMax).map { "  \($0)" } + more
  }

  /// A number in a column of its own.
  private static func column(_ count: Int) -> String {
    let text = "\(count)"
    return String(repeating: " ", count: max(1, 9 - text.count)) + text
  }

  /// A number, and its share with two places.
  private static func share(_ count: Int, of runs: Int) -> String {
    let share = runs == 0 ? 0 : (count * 10_000 + runs / 2) / runs
    let places = "\(share % 100)"
    return column(count) + column(share / 100) + "." + (places.count < 2 ? "0" : "") + places + " %"
  }
}

extension String {
  /// As wide as the column of features.
  fileprivate var padded: String { self + String(repeating: " ", count: max(1, 40 - count)) }
}
