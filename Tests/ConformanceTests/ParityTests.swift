import PorxyCatalogue
import PorxyConformance
import PorxySimulation
import TestSupport
import Testing

/// Each row of measured kernel behaviour beside the running kernel and beside the simulated network. What the scenario
/// expects is what Linux 6.18 showed: a new kernel shows itself here, and so does a wrong model.
@Suite(.paced) struct ParityTests {
  fileprivate static let rows = CatalogueFile.all.filter { $0.name.hasPrefix("Kernel/") }

  @Test("the kernel shows what was measured", arguments: rows)
  func kernel(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    guard LiveRunner().obstacle(to: scenario, in: .kernel) == nil else { return }
    let outcome = try LiveRunner().run(scenario, .kernel)
    #expect(outcome.complaints == [], "\(entry.name), on the kernel:\n\(outcome.trace)")
  }

  @Test("the simulated network shows what was measured", arguments: rows)
  func simulated(_ entry: CatalogueFile) throws {
    let outcome = ScenarioRunner().run(try Scenario(reading: entry.text), .direct)
    #expect(outcome.complaints == [], "\(entry.name), simulated:\n\(outcome.trace)")
  }
}

/// The table of `docs/generated/parity.md`.
@Suite(.timed) struct ParityDocumentationTests {
  @Test func theTableHasAllRows() throws {
    let lines = try ParityTests.rows.map { entry in
      let scenario = try Scenario(reading: entry.text)
      let row = entry.name.dropFirst("Kernel/".count).prefix { $0 != "-" }
      let obstacle = LiveRunner().obstacle(to: scenario, in: .kernel)
      return "| \(row) | \(scenario.title) | \(obstacle.map { "— (\($0.reason))" } ?? "same") | same |"
    }
    try GeneratedPage("parity.md", from: "Sources/PorxyCatalogue/Catalogue/Kernel").check(
      """
      # Parity with the kernel

      [CONFORMANCE.md](../CONFORMANCE.md#parity-with-the-kernel) says how the two are compared, and
      [KERNEL.md](../KERNEL.md) explains each row.

      | row | what it shows | kernel | simulated |
      |---|---|---|---|
      \(lines.joined(separator: "\n"))

      """)
  }
}
