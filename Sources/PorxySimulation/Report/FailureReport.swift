/// What a person needs to see a failed run again, in a few lines.
public struct FailureReport: CustomStringConvertible {
  private let script: RunScript
  private let outcome: RunOutcome
  private let entriesMax: Int
  private let drawsLadder: Bool
  /// Where a smaller run that fails in the same way was saved.
  private let file: String?

  /// Performs the run once more, for its last `entriesMax` events, which are listed or drawn.
  public init(_ script: RunScript, entriesMax: Int = 24, drawsLadder: Bool = false, savedAs file: String? = nil) {
    self.script = script
    outcome = script.perform(entriesMax: entriesMax)
    self.entriesMax = entriesMax
    self.drawsLadder = drawsLadder
    self.file = file
  }

  /// The same for the run that a seed stands for.
  public init(_ seed: Seed, entriesMax: Int = 24, drawsLadder: Bool = false, savedAs file: String? = nil) {
    self.init(RunScript(drawing: seed), entriesMax: entriesMax, drawsLadder: drawsLadder, savedAs: file)
  }

  /// Every rule held.
  public var isGood: Bool { outcome.findings.isEmpty }

  /// One line: the first rule that did not hold, and the seed.
  public static func line(_ outcome: RunOutcome) -> String {
    "\(outcome.seed): " + (outcome.findings.first?.description ?? "all is well")
  }

  public var description: String {
    var lines = isGood ? ["every rule held"] : []
    for finding in outcome.findings {
      lines.append("\(finding)")
      lines.append("  rule: \(finding.rule.sentence)")
    }
    lines += origin
    lines.append("peers:")
    lines += outcome.peers.map { "  \($0)" }
    lines.append("plan:" + (script.setup.plan.faults.isEmpty ? " no faults" : ""))
    lines += script.setup.plan.faults.map { "  \($0.scriptText)" }
    if drawsLadder {
      lines.append("trace:")
      lines += outcome.ladder.split(separator: "\n").map { "  \($0)" }
    } else {
      lines.append("last events:")
      lines += outcome.trace.entries.suffix(entriesMax).map { "  \($0)" }
    }
    if !outcome.socketTable.isEmpty {
      lines.append("sockets when the first rule broke:")
      lines += outcome.socketTable.split(separator: "\n").map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Where the run comes from, and how to see it again.
  private var origin: [String] {
    var lines: [String] = []
    if script == RunScript(drawing: outcome.seed) {
      lines.append("seed \(outcome.seed); see it again:")
      lines.append("  porxy simulate --seed \(outcome.seed) --runs 1 --trace")
      lines.append("  PORXY_SEED=\(outcome.seed) swift test --filter SweepTests")
    } else {
      lines.append("a run from a file, with the small chances of seed \(outcome.seed)")
    }
    if let file {
      lines.append("shrunk to \(file); see it with:")
      lines.append("  porxy replay \(file)")
    }
    lines.append("setup:")
    return lines + script.setup.lines.map { "  " + $0 }
  }
}
