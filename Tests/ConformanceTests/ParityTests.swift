import Glibc
import PorxyCatalogue
import PorxyConformance
import PorxySimulation
import Testing

/// Each row of measured kernel behaviour beside the running kernel and beside the simulated network. What the scenario
/// expects is what Linux 6.18 showed: a new kernel shows itself here, and so does a wrong model.
@Suite struct ParityTests {
  private static let rows = CatalogueFile.all.filter { $0.name.hasPrefix("Kernel/") }

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

  @Test("docs/CONFORMANCE.md has the table of all rows")
  func table() throws {
    let lines = try Self.rows.map { entry in
      let scenario = try Scenario(reading: entry.text)
      let row = entry.name.dropFirst("Kernel/".count).prefix { $0 != "-" }
      let obstacle = LiveRunner().obstacle(to: scenario, in: .kernel)
      return "| \(row) | \(scenario.title) | \(obstacle.map { "— (\($0.reason))" } ?? "same") | same |"
    }
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let document = Self.read(root + "/docs/CONFORMANCE.md")
    #expect(document.contains(lines.joined(separator: "\n")), "the table is now:\n\(lines.joined(separator: "\n"))")
  }

  private static func read(_ path: String) -> String {
    guard let file = unsafe fopen(path, "r") else { return "" }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
