import PorxyCatalogue
import PorxyCore
import PorxySimulation

/// Runs every scenario that the binary carries, on the simulated network: direct, and through porxy with each way to
/// relay, and holds the two to each other.
enum CatalogueRun {
  static func perform() -> ExitCode {
    var failed = 0
    for file in CatalogueFile.all {
      let complaints = complaints(about: file)
      guard !complaints.isEmpty else { continue }
      failed += 1
      Output.print("\(file.name): failed\n" + complaints.map { "  \($0)\n" }.joined())
    }
    Output.print("\(CatalogueFile.all.count) scenarios, \(failed) failed\n")
    return failed == 0 ? .stopped : .failed
  }

  private static func complaints(about file: CatalogueFile) -> [String] {
    do {
      let scenario = try Scenario(reading: file.text)
      var complaints: [String] = []
      if scenario.arms.contains(.direct) { complaints += ScenarioRunner().run(scenario, .direct).complaints }
      for relay in RelayMode.allCases {
        let runner = ScenarioRunner(relay: relay)
        if scenario.arms.contains(.proxied) {
          complaints += runner.run(scenario, .proxied).complaints.map { "relay \(relay.rawValue): \($0)" }
        }
        complaints += runner.compare(scenario)?.complaints.map { "relay \(relay.rawValue), the law: \($0)" } ?? []
      }
      return complaints
    } catch {
      return ["\(error)"]
    }
  }
}
