import PorxySimulation

/// The catalogue's scenarios, same or different through a proxy: for a person, or as JSON.
struct ConformMatrix {
  private(set) var rows: [ConformRow] = []

  mutating func add(_ row: ConformRow) { rows.append(row) }

  var isSame: Bool { !rows.contains { $0.verdict == .differs } }

  private func count(_ verdict: ConformRow.Verdict) -> Int { rows.count { $0.verdict == verdict } }

  private var runCount: Int { count(.same) + count(.differs) }

  /// One line, and what differs under it.
  static func text(of row: ConformRow, _ palette: Palette) -> String {
    let rules = row.rules.joined(separator: ", ")
    switch row.verdict {
    case .same: return "\(palette.paint("same", .good))     \(row.name): \(row.title) (\(rules))\n"
    case .notRun(let reason): return "skipped  \(row.name): \(reason)\n"
    case .differs:
      return "\(palette.paint("DIFFERS", .bad))  \(row.name): \(row.title) (\(rules))\n"
        + row.differences.map { difference in
          "           step \(difference.step + 1): direct  \(difference.direct)\n"
            + "                   proxied \(difference.proxied)\n"
        }.joined()
    }
  }

  var summary: String {
    let left = rows.count - runCount
    return "same \(count(.same)) of \(runCount)"
      + (left > 0 ? "; \(left) skipped, because they need what real sockets or this proxy do not give\n" : "\n")
  }

  /// An object with the counts and a row a scenario.
  var json: String {
    let lines = rows.map { "    \($0.json.text)" }
    return "{\n  \"same\": \(count(.same)),\n  \"run\": \(runCount),\n  \"scenarios\": [\n"
      + lines.joined(separator: ",\n") + "\n  ]\n}\n"
  }
}

extension ConformRow {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object.add("name", name)
    object.add("title", title)
    object.add("rules", rules)
    switch verdict {
    case .same: object.add("verdict", "same")
    case .notRun(let reason):
      object.add("verdict", "not run")
      object.add("reason", reason)
    case .differs:
      object.add("verdict", "differs")
      let objects = differences.map { difference in
        var object = JSONObject()
        object.add("step", difference.step + 1)
        object.add("direct", difference.direct)
        object.add("proxied", difference.proxied)
        return object
      }
      object.add("differences", objects)
    }
    return object
  }
}

/// What came of one scenario, direct and through a proxy.
struct ConformRow {
  enum Verdict: Equatable {
    case same
    case differs
    /// It needs what real sockets do not give; why.
    case notRun(String)
  }

  /// What was seen otherwise at one step.
  struct Difference: Equatable {
    let step: Int
    let direct: String
    let proxied: String
  }

  /// Folder and file in the catalogue.
  let name: String
  let title: String
  let rules: [String]
  let verdict: Verdict
  let differences: [Difference]
  /// A client could not connect through the proxy, and could without.
  let isRefused: Bool

  init(_ name: String, _ scenario: Scenario, notRun reason: String) {
    self.init(name, scenario, .notRun(reason), [], isRefused: false)
  }

  init(
    _ name: String, _ scenario: Scenario, direct: ScenarioOutcome, proxied: ScenarioOutcome, isMirror: Bool = false
  ) {
    // A mirror can refuse as its backend does.
    let allowed = scenario.differences.filter { !isMirror || $0 != .refusalAfterConnecting }
    let differences = Self.differences(scenario, direct, proxied, allowed)
    let isRefused = scenario.steps.indices.contains { index in
      guard case .socket(_, .connect(.fails, _)) = proxied.seen[index].action else { return false }
      return direct.seen[index].action != proxied.seen[index].action
    }
    self.init(name, scenario, differences.isEmpty ? .same : .differs, differences, isRefused: isRefused)
  }

  private init(
    _ name: String, _ scenario: Scenario, _ verdict: Verdict, _ differences: [Difference], isRefused: Bool
  ) {
    self.name = name
    title = scenario.title
    rules = scenario.rules
    self.verdict = verdict
    self.differences = differences
    self.isRefused = isRefused
  }

  /// What no proxy can hide is no difference; the scenario names it. What a client sees that could not connect follows
  /// from that, and is not told.
  private static func differences(
    _ scenario: Scenario, _ direct: ScenarioOutcome, _ proxied: ScenarioOutcome,
    _ allowed: [PorxySimulation.Difference]
  ) -> [Difference] {
    var strangers: [Role] = []
    return scenario.steps.indices.compactMap { index in
      let (one, other) = (direct.seen[index].action, proxied.seen[index].action)
      if case .socket(let role, let action) = other {
        if strangers.contains(role) { return nil }
        if case .connect(.fails, _) = action, one != other { strangers.append(role) }
      }
      guard one != other, !one.isAboutProxy else {
        let (sent, sentProxied) = (direct.sends[index], proxied.sends[index])
        guard abs(sent - sentProxied) > 1 else { return nil }
        return Difference(step: index, direct: "\(sent) sends before the error", proxied: "\(sentProxied) sends")
      }
      if let known = one.difference(from: other), allowed.contains(known) { return nil }
      return Difference(step: index, direct: one.readable, proxied: other.readable)
    }
  }
}

extension Action {
  fileprivate var isAboutProxy: Bool {
    if case .porxy = self { true } else { false }
  }
}
