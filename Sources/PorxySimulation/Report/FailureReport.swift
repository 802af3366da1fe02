/// What a person needs to see a failed run again, in a few lines.
public struct FailureReport: CustomStringConvertible {
  private let outcome: RunOutcome
  private let entriesMax: Int

  /// Performs the run once more, for its last `entriesMax` events.
  public init(_ seed: Seed, entriesMax: Int = 24) {
    outcome = Run.perform(seed, entriesMax: entriesMax)
    self.entriesMax = entriesMax
  }

  /// Every rule held.
  public var isGood: Bool { outcome.findings.isEmpty }

  /// One line: the first rule that did not hold, and the seed.
  public static func line(_ outcome: RunOutcome) -> String {
    "\(outcome.seed): " + (outcome.findings.first?.description ?? "all is well")
  }

  public var description: String {
    let setup = RunSetup(drawing: outcome.seed)
    var lines: [String] = []
    for finding in outcome.findings {
      lines.append("\(finding)")
      lines.append("  rule: \(finding.rule.sentence)")
    }
    lines.append("seed \(outcome.seed); see it again:")
    lines.append("  porxy simulate --seed \(outcome.seed) --runs 1 --trace")
    lines.append("  PORXY_SEED=\(outcome.seed) swift test --filter SweepTests")
    lines.append("setup:")
    lines += setup.lines.map { "  " + $0 }
    lines.append("peers:")
    lines += outcome.peers.map { "  \($0)" }
    lines.append("plan:" + (setup.plan.faults.isEmpty ? " no faults" : ""))
    lines += setup.plan.faults.map { "  \($0)" }
    lines.append("last events:")
    lines += outcome.trace.entries.suffix(entriesMax).map { "  \($0)" }
    if !outcome.socketTable.isEmpty {
      lines.append("sockets when the first rule broke:")
      lines += outcome.socketTable.split(separator: "\n").map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
