public import Foundation
public import Testing

/// A page of `docs/generated` that a test makes from the code.
///
/// The test fails when the page differs. `PORXY_WRITE_TABLES=1 swift test --filter DocumentationTests` writes all pages
/// anew.
public struct GeneratedPage {
  /// The folder that holds the documentation.
  public static let documents = URL(filePath: #filePath).appending(path: "../../../docs").standardized

  let name: String
  let source: String

  /// A page that is made from `source`, a path in the repository.
  public init(_ name: String, from source: String) {
    (self.name, self.source) = (name, source)
  }

  private static let command = "PORXY_WRITE_TABLES=1 swift test --filter DocumentationTests"

  /// Compares the page with what it is to hold below its first line, or writes it.
  public func check(_ body: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let page = Self.documents.appending(path: "generated/\(name)")
    let wanted = "<!-- Written by: \(Self.command) -->\n<!-- From \(source). Do not edit. -->\n\n\(body)"
    if ProcessInfo.processInfo.environment["PORXY_WRITE_TABLES"] != nil {
      try wanted.write(to: page, atomically: true, encoding: .utf8)
      return
    }
    let present = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    let lines = Set(present.split(separator: "\n"))
    let missing = wanted.split(separator: "\n").filter { !lines.contains($0) }
    #expect(
      present == wanted,
      """
      docs/generated/\(name) is not what \(source) says. Write it anew with
        \(Self.command)
      Missing there: \(missing.joined(separator: "\n"))
      """, sourceLocation: sourceLocation)
  }
}
