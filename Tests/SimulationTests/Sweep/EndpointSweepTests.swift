import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Drawn runs in which each backend has an endpoint that refuses and one that is silent besides its server, under the
/// judges of all runs: no client may notice. What a seed stands for has one endpoint a backend, so these are a sweep of
/// their own; a failing run is told as text, for `porxy replay`.
@Suite("sweep: endpoints", .timed) struct EndpointSweepTests {
  private static let seed = Seed(0xe2d)
  private static let runs: UInt64 = LongTests.areAsked ? 800 : 240

  @Test("no client notices endpoints that refuse or are silent", arguments: Balance.allCases)
  func noRuleIsBroken(balance: Balance) {
    var counters = RuleCounters()
    for number in 0..<Self.runs / 4 {
      let setup = RunSetup(drawing: Self.seed.run(number)).spread(balance)
      let outcome = setup.perform()
      counters.add(outcome.rulesMet)
      guard !outcome.findings.isEmpty else { continue }
      Issue.record("\(outcome.findings.map(\.description).joined(separator: "\n"))\n\(setup.description)")
      return
    }
    #expect(counters[.bytes] > Self.runs / 4, "the judges had something to say")
  }
}
