import PorxySimulation

/// The catalogue's scenarios, same or different through a proxy: for a person, or as JSON.
struct ConformMatrix {
  private(set) var rows: [ConformRow] = []

  mutating func add(_ row: ConformRow) { rows.append(row) }

  var isSame: Bool { !rows.contains { $0.verdict == .differs } }

  private func count(_ verdict: ConformRow.Verdict) -> Int { rows.count { $0.verdict == verdict } }

  private var runCount: Int { count(.same) + count(.differs) }

  /// One line, and what differs under it.
  static func text(of row: ConformRow) -> String {
    let rules = row.rules.joined(separator: ", ")
    switch row.verdict {
    case .same: return "same     \(row.name): \(row.title) (\(rules))\n"
    case .notRun(let reason): return "not run  \(row.name): \(reason)\n"
    case .differs:
      return "DIFFERS  \(row.name): \(row.title) (\(rules))\n"
        + row.differences.map { difference in
          "           step \(difference.step + 1): direct  \(difference.direct)\n"
            + "                   proxied \(difference.proxied)\n"
        }.joined()
    }
  }

  var summary: String {
    let left = rows.count - runCount
    return "same \(count(.same)) of \(runCount)"
      + (left > 0 ? "; \(left) not run, they need what real sockets do not give\n" : "\n")
  }

  /// An object with the counts and a row a scenario.
  var json: String {
    let lines = rows.map { row in
      let differences = row.differences.map {
        "{\"step\": \($0.step + 1), \"direct\": \(Self.quote($0.direct)), \"proxied\": \(Self.quote($0.proxied))}"
      }
      var fields = [
        "\"name\": \(Self.quote(row.name))", "\"title\": \(Self.quote(row.title))",
        "\"rules\": [\(row.rules.map(Self.quote).joined(separator: ", "))]",
      ]
      switch row.verdict {
      case .same: fields.append("\"verdict\": \"same\"")
      case .differs:
        fields += ["\"verdict\": \"differs\"", "\"differences\": [\(differences.joined(separator: ", "))]"]
      case .notRun(let reason): fields += ["\"verdict\": \"not run\"", "\"reason\": \(Self.quote(reason))"]
      }
      return "    {\(fields.joined(separator: ", "))}"
    }
    return "{\n  \"same\": \(count(.same)),\n  \"run\": \(runCount),\n  \"scenarios\": [\n"
      + lines.joined(separator: ",\n") + "\n  ]\n}\n"
  }

  /// RFC 8259 section 7; the texts are the project's own and hold no control characters.
  private static func quote(_ text: String) -> String {
    "\"" + text.reduce(into: "") { $0 += $1 == "\"" || $1 == "\\" ? "\\\($1)" : String($1) } + "\""
  }
}
