import Glibc
import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// The law over scenarios drawn from seeds.
@Suite(.timed) struct DrawnScenarioTests {
  @Test("the law holds in scenarios drawn from seeds", arguments: 0..<8)
  func law(sweep: Int) {
    let perSweep = unsafe getenv("PORXY_RUNS").flatMap { unsafe Int(String(cString: $0)) } ?? 400
    var failures = 0
    for number in 0..<perSweep / 8 {
      let seed = Seed(UInt64(number * 8 + sweep))
      let relay = RelayMode.allCases[number % 3]
      let scenario = DrawnScenario.draw(seed)
      let comparison = Comparison(scenario, relay: relay, seed: seed)
      guard !comparison.complaints.isEmpty else { continue }
      failures += 1
      guard failures <= 3 else { continue }
      let least = scenario.shrunk { !Comparison($0, relay: relay, seed: seed).complaints.isEmpty }
      let why = Comparison(least, relay: relay, seed: seed).complaints.joined(separator: "\n")
      Issue.record("relay \(relay)\n\(least)\(why)")
    }
    #expect(failures == 0)
  }

  @Test("a scenario that is drawn twice is the same, and reads back")
  func same() throws {
    for number in 0..<50 {
      let scenario = DrawnScenario.draw(Seed(UInt64(number)))
      #expect(scenario == DrawnScenario.draw(Seed(UInt64(number))))
      #expect(try Scenario(reading: scenario.description) == scenario)
    }
  }

  @Test("a scenario shrinks to the steps that matter")
  func shrinks() {
    let scenario = DrawnScenario.draw(Seed(5))
    let least = scenario.shrunk { candidate in
      candidate.steps.contains {
        if case .socket(_, .send) = $0.action { true } else { false }
      }
    }
    #expect(least.steps.count == 1)
    #expect(scenario.steps.count > 1)
  }

  @Test("the same seed gives the same trace, whatever ran before")
  func deterministic() {
    let scenario = DrawnScenario.draw(Seed(11))
    let first = ScenarioRunner(seed: Seed(11)).run(scenario, .proxied)
    _ = ScenarioRunner(seed: Seed(12)).run(DrawnScenario.draw(Seed(12)), .proxied)
    let second = ScenarioRunner(seed: Seed(11)).run(scenario, .proxied)
    #expect(first.hash == second.hash)
    #expect(first.trace == second.trace)
  }
}
