import Glibc
import PorxyConformance
import PorxySimulation
import TestSupport
import Testing

/// The simulated network beside the running kernel, over scenarios drawn from seeds.
@Suite(.paced) struct DifferentialTests {
  private static let sweeps = 4

  @Test("both kernels see the same in scenarios drawn from seeds", arguments: 0..<sweeps)
  func agree(sweep: Int) throws {
    let runs = unsafe getenv("PORXY_RUNS").flatMap { unsafe Int(String(cString: $0)) } ?? 500
    let first = unsafe getenv("PORXY_FIRST").flatMap { unsafe Int(String(cString: $0)) } ?? 0
    var found = 0
    for number in 0..<runs / Self.sweeps {
      let seed = Seed(UInt64(first + number * Self.sweeps + sweep))
      guard let divergence = try Differential().divergence(seed) else { continue }
      found += 1
      if found <= 5 { Issue.record("\(divergence)") }
    }
    #expect(found == 0)
  }

  @Test("a drawn scenario reads back, and is the same when drawn again")
  func same() throws {
    for number in 0..<50 {
      let scenario = DrawnDirectScenario.draw(Seed(UInt64(number)))
      #expect(scenario == DrawnDirectScenario.draw(Seed(UInt64(number))))
      #expect(try Scenario(reading: scenario.description) == scenario)
    }
  }
}
