import Foundation
import PorxyCore
import Testing

/// What docs/CONFIGURATION.md shows is true.
@Suite struct DocumentationTests {
  /// Runs of indented lines, without the indentation.
  private static func examples() throws -> [String] {
    let repository = URL(filePath: #filePath).appending(path: "../../../..").standardized
    let text = try String(contentsOf: repository.appending(path: "docs/CONFIGURATION.md"), encoding: .utf8)
    var examples = [""]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("    ") {
        examples[examples.count - 1] += line.dropFirst(4) + "\n"
      } else if line.isEmpty, examples.last?.isEmpty == false {
        examples[examples.count - 1] += "\n"
      } else if examples.last?.isEmpty == false {
        examples.append("")
      }
    }
    return examples.filter { !$0.isEmpty }.map { $0.trimmingCharacters(in: .newlines) + "\n" }
  }

  @Test func theFirstExampleIsAWholeFile() throws {
    let example = try #require(try Self.examples().first)
    #expect(try accepted(example).listeners.map(\.name) == ["web"])
  }

  @Test func theExamplesFitTogether() throws {
    let examples = try Self.examples()
    #expect(examples.count == 7)
    let configuration = try accepted(examples[1...4].joined())
    #expect(configuration.listeners.map(\.name) == ["web", "admin"])
    #expect(configuration.backends[0].timeouts.user == .seconds(30))
    #expect(configuration.workers == .fixed(4))
    #expect(configuration.listeners[1].timeouts.drain == .seconds(60))
  }

  @Test func theMistakesAreToldAsShown() throws {
    let examples = try Self.examples()
    let result = ConfigurationReader.read(Array(examples[5].utf8), file: "config.yaml")
    #expect(result.description == examples[6])
  }
}
