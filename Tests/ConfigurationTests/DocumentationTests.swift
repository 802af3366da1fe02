import Foundation
@testable import PorxyConfiguration
import PorxyCore
import TestSupport
import Testing

/// What docs/CONFIGURATION.md shows is true.
@Suite(.timed) struct DocumentationTests {
  /// Runs of indented lines, without the indentation.
  private static func examples() throws -> [String] {
    let page = GeneratedPage.documents.appending(path: "CONFIGURATION.md")
    let text = try String(contentsOf: page, encoding: .utf8)
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

  @Test func theRangeOfPortsIsAWholeFile() throws {
    let configuration = try accepted(try Self.examples()[1])
    #expect(configuration.listeners[0].ports == 30000...30099)
    #expect(configuration.backends[0].port == nil)
  }

  @Test func theExamplesFitTogether() throws {
    let examples = try Self.examples()
    #expect(examples.count == 9)
    let configuration = try accepted(examples[2...6].joined())
    #expect(configuration.listeners.map(\.name) == ["web", "admin"])
    #expect(configuration.backends[0].timeouts.user == .seconds(30))
    #expect(configuration.workers == .fixed(4))
    #expect(configuration.backends[0].resolve.keep == .seconds(300))
    #expect(configuration.listeners[1].timeouts.drain == .seconds(60))
  }

  @Test func theMistakesAreToldAsShown() throws {
    let examples = try Self.examples()
    let result = ConfigurationReader.read(Array(examples[7].utf8), file: "config.yaml")
    #expect(result.description == examples[8])
  }

  @Test func theTablesOfKeysAreThoseOfTheSchema() throws {
    #expect(KeyTables.keys.sorted() == Schema.configuration.keys.map(\.row.name).sorted(), "each key has a table")
    try GeneratedPage("configuration.md", from: "Sources/PorxyConfiguration/Schema").check(KeyTables.page)
  }
}
