import PorxyCatalogue
import PorxyConformance
import PorxySimulation
import Testing

@Suite struct KernelTests {
  @Test("on the kernel, what is seen is what is expected", arguments: CatalogueFile.all)
  func kernel(_ entry: CatalogueFile) throws {
    let scenario = try Scenario(reading: entry.text)
    let runner = LiveRunner()
    guard runner.obstacle(to: scenario, in: .kernel) == nil else { return }
    let outcome = try runner.run(scenario, .kernel)
    #expect(outcome.complaints == [], "\(entry.name), on the kernel:\n\(outcome.trace)")
  }
}
