import Foundation
import TestSupport
import Testing

@testable import PorxyCore

/// What docs/ says of the log is true.
@Suite(.timed) struct EventDocumentationTests {
  @Test func theTablesOfEventsAreThoseOfTheCode() throws {
    #expect(EventTables.covered == Set(LogEvent.allCases), "a record for each event")
    try GeneratedPage("events.md", from: "Sources/PorxyCore/Diagnostics/LogEvent.swift").check(EventTables.page)
  }

  @Test("the page on running porxy explains every key of a session, and every value of how, phase and ended_by")
  func everyWordOfASessionIsExplained() throws {
    let page = try String(contentsOf: GeneratedPage.documents.appending(path: "OPERATING.md"), encoding: .utf8)
    let section = try #require(page.range(of: "### Sessions")).upperBound
    let words =
      EventTables.keys(of: .session) + SessionRecord.Manner.allCases.map(\.rawValue)
      + SessionRecord.Phase.allCases.map(\.rawValue) + SessionRecord.Party.allCases.map(\.rawValue)
    #expect(words.count > 20)
    for word in words { #expect(page[section...].contains("`\(word)`"), "\(word)") }
  }
}
