import TestSupport
import Testing

@testable import porxy

/// The screen in the documentation is one that porxy shows.
@Suite(.timed) struct TopDocumentationTests {
  @Test func showsAScreen() throws {
    let lines = TopScreen(.stalled, since: .before, width: 80).lines(height: 24).map { "    " + $0.plain }
    let screen = lines.map { $0 == "    " ? "" : $0 }.joined(separator: "\n")
    try GeneratedPage("top.md", from: "Sources/porxy/Views/Top").check(
      """
      # A screen of porxy top

      [TOP.md](../TOP.md) explains it. A terminal of 80 by 24 characters, with three sessions that stall:

      \(screen)

      """)
  }
}
