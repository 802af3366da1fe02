import PorxyCore

/// What a person needs to see a failed run again, in a few lines.
public struct FailureReport: CustomStringConvertible {
  private let setup: RunSetup
  private let outcome: RunOutcome
  private let entriesMax: Int
  private let drawsLadder: Bool
  /// Where a smaller run that fails in the same way was saved.
  private let file: String?

  /// Performs the run once more, for its last `entriesMax` events, which are listed or drawn.
  public init(_ setup: RunSetup, entriesMax: Int = 24, drawsLadder: Bool = false, savedAs file: String? = nil) {
    self.setup = setup
    outcome = setup.perform(entriesMax: entriesMax)
    self.entriesMax = entriesMax
    self.drawsLadder = drawsLadder
    self.file = file
  }

  /// The same for the run that a seed stands for.
  public init(_ seed: Seed, entriesMax: Int = 24, drawsLadder: Bool = false, savedAs file: String? = nil) {
    self.init(RunSetup(drawing: seed), entriesMax: entriesMax, drawsLadder: drawsLadder, savedAs: file)
  }

  /// Every rule held.
  public var isGood: Bool { outcome.findings.isEmpty }

  /// One line: the first rule that did not hold, and the seed.
  public static func line(_ outcome: RunOutcome) -> String {
    "\(outcome.seed): " + (outcome.findings.first?.description ?? "all is well")
  }

  public var description: String {
    var lines = isGood ? ["all rules held"] : []
    for finding in outcome.findings {
      lines.append("\(finding)")
      lines.append("  rule: \(finding.rule.sentence)")
    }
    lines += origin
    if !outcome.peers.isEmpty { lines.append("peers:") }
    lines += outcome.peers.map { "  \($0)" }
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
    if setup == RunSetup(drawing: outcome.seed) {
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
    return lines + setup.description.split(separator: "\n").map { "  " + $0 }
  }
}
