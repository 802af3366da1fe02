import PorxySimulation
import TestSupport
import Testing

/// Drawn runs in which all listeners have `mirror`, under the judges of all runs and their own. What a seed stands for
/// has no `mirror`, so these are a sweep of their own; a failing run is told as text, for `porxy replay`.
@Suite("sweep: mirrors", .timed) struct MirrorSweepTests {
  private static let seed = Seed(0x3155)
  private static let runs: UInt64 = LongTests.areAsked ? 900 : 300

  @Test func noRuleIsBroken() {
    var counters = RuleCounters()
    var judged = 0
    for number in 0..<Self.runs {
      guard let setup = RunSetup(drawing: Self.seed.run(number)).mirrored else { continue }
      let outcome = setup.perform()
      counters.add(outcome.rulesMet)
      judged += 1
      guard !outcome.findings.isEmpty else { continue }
      Issue.record("\(outcome.findings.map(\.description).joined(separator: "\n"))\n\(setup.description)")
      return
    }
    #expect(judged > Int(Self.runs) / 3)
    #expect(counters[.refused] > UInt64(judged), "the judges had something to say")
  }
}
