extension SweepSummary {
  /// Counts and counters, for a person; `taken` is the time on the wall.
  public func text(taken: Duration) -> String {
    let wall = max(taken / .seconds(1), 0.001)
    var lines = [
      "\(runs) runs, \(sessions) sessions, \(failureCount) failed, in \(Self.decimal(wall)) s",
      "\(Int(Double(sessions) / wall)) sessions a second, "
        + "\(Int(simulated / .seconds(1) / wall)) simulated seconds a second",
      "\(faultFreeRuns) runs without a fault, \(singleFaultRuns) with a single kind",
      "faults met: " + FaultKind.allCases.map { "\($0.word) \(faultsMet[$0])" }.joined(separator: ", "),
      "rules looked at: " + CheckedRule.allCases.map { "\($0.rawValue) \(rulesMet[$0])" }.joined(separator: ", "),
      "hash \(String(hash, radix: 16))",
    ]
    let unseen = rulesMet.missing
    if !unseen.isEmpty { lines.append("rules never looked at: " + unseen.map(\.rawValue).joined(separator: ", ")) }
    if !faultsMet.missing.isEmpty {
      lines.append("faults never met: " + faultsMet.missing.map(\.word).joined(separator: ", "))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func decimal(_ number: Double) -> String {
    let tenths = Int(number * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }
}
