import PorxyCatalogue
import PorxyCore
import TestSupport
import Testing

@testable import PorxySimulation

/// What faults do not touch is as it is without them.
@Suite(.timed) struct TransparencyTests {
  @Test("a plan without faults changes nothing that happens anywhere", arguments: CatalogueFile.all)
  func isTransparent(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied), !scenario.hasFaults else { return }
    let plain = ScenarioRunner().run(scenario, .proxied)
    var runner = ScenarioRunner()
    runner.faults = FaultSettings()
    let below = runner.run(scenario, .proxied)
    #expect(plain.hash == below.hash && plain.elapsed == below.elapsed, "\(entry.name)")
    #expect(plain.trace == below.trace && plain.sessions == below.sessions, "\(entry.name)")
  }

  @Test("random runs have the same traces with a plan without faults")
  func sweeps() throws {
    let first = try #require(Seed("v4:0xd1ce"))
    for number in 0..<64 {
      let seed = first.run(UInt64(number))
      var setup = RunSetup(drawing: seed)
      setup.liveFaults = []
      let (plain, below) = (Run.perform(setup), Run.perform(setup, faults: FaultSettings()))
      #expect(plain.hash == below.hash && plain.elapsed == below.elapsed, "\(seed)")
      #expect(below.findings.isEmpty, "\(seed)")
    }
  }

  @Test("a delay line that delays nothing keeps the law", arguments: CatalogueFile.all)
  func keepsTheLaw(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied), !scenario.hasFaults else { return }
    var runner = ScenarioRunner()
    runner.faults = FaultSettings(plan: ["latency 0ms"])
    let outcome = runner.run(scenario, .proxied)
    #expect(outcome.complaints == [], "\(entry.name), through delay lines:\n\(outcome.trace)")
  }

  @Test("random runs keep the rules through delay lines that delay nothing")
  func sweepsThroughLines() throws {
    let first = try #require(Seed("v4:0xd1ce"))
    for number in 0..<64 {
      let seed = first.run(UInt64(number))
      let outcome = Run.perform(seed, faults: FaultSettings(plan: ["latency 0ms"]))
      #expect(outcome.findings.isEmpty, "\(seed): \(outcome.findings.first.map { "\($0)" } ?? "")")
    }
  }
}

extension Scenario {
  var hasFaults: Bool { changesFaults || settings.contains { if case .faults = $0 { true } else { false } } }
}
