import PorxyCatalogue
import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Every scenario of the catalogue, direct and through porxy. What they expect is what the rules and Linux say.
@Suite(.timed) struct CatalogueTests {
  @Test("the catalogue has scenarios for every rule")
  func covers() throws {
    let scenarios = try CatalogueFile.all.map { try Scenario(reading: $0.text) }
    #expect(scenarios.count >= 60)
    let rules = [
      "BYTES", "END", "DONE", "RESET", "ANSWER", "REFUSED", "GONE", "HALF", "DIES", "VANISHES", "PRESSURE", "ALONE",
      "ACCEPT", "URGENT", "TOLD", "IDLE", "STOP", "CUT", "RELOAD", "ADMIN", "ENDPOINTS", "HEADER", "HEALTH",
      "FAULTS",
    ]
    for rule in rules {
      #expect(scenarios.count { $0.rules.contains(rule) } >= 2, "\(rule)")
    }
    #expect(scenarios.flatMap(\.rules).allSatisfy { rules.contains($0) })
    #expect(scenarios.allSatisfy { !$0.rules.isEmpty || $0.settings.contains { $0.description.hasPrefix("row:") } })
  }

  @Test("direct, what is seen is what Linux shows", arguments: CatalogueFile.all)
  func direct(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.direct) else { return }
    let outcome = ScenarioRunner().run(scenario, .direct)
    #expect(outcome.complaints == [], "\(entry.name), direct:\n\(outcome.trace)")
  }

  @Test(
    "through porxy, what is seen is what the rules say, and nothing is left", arguments: CatalogueFile.all,
    RelayMode.allCases)
  func proxied(_ entry: CatalogueFile, _ relay: RelayMode) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied) else { return }
    let outcome = ScenarioRunner(relay: relay).run(scenario, .proxied)
    #expect(outcome.complaints == [], "\(entry.name), through porxy:\n\(outcome.trace)")
  }

  @Test("RELOAD: a configuration that is the same shows nowhere, whenever porxy reads it", arguments: CatalogueFile.all)
  func reloaded(_ entry: CatalogueFile) throws {
    var scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied), !scenario.rules.contains("RELOAD") else { return }
    scenario.steps = scenario.steps.flatMap { step in
      step.isImmediate ? [step] : [Step(.porxy(.reload(.none))), step]
    }
    let outcome = ScenarioRunner().run(scenario, .proxied)
    #expect(outcome.complaints == [], "\(entry.name), reloading before each step:\n\(outcome.trace)")
  }

  @Test("ADMIN: looking at sessions shows nowhere, whenever it is done", arguments: CatalogueFile.all)
  func lookedAt(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard scenario.arms.contains(.proxied) else { return }
    var runner = ScenarioRunner()
    let looked = runner.run(scenario, .proxied)
    // What asks for a session by its client has to look for it.
    guard !scenario.rules.contains("ADMIN") else { return }
    runner.looksAtSessions = false
    let unlooked = runner.run(scenario, .proxied)
    #expect(looked.hash == unlooked.hash && looked.elapsed == unlooked.elapsed, "\(entry.name)")
    #expect(looked.trace == unlooked.trace && looked.sessions == unlooked.sessions, "\(entry.name)")
  }

  @Test("the law: through porxy, client and server see what they see direct", arguments: CatalogueFile.all)
  func law(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard let comparison = ScenarioRunner().compare(scenario) else { return }
    #expect(comparison.complaints == [], "\(entry.name)")
    #expect(comparison.unseenDifferences == [], "\(entry.name) names what does not show")
  }
}
