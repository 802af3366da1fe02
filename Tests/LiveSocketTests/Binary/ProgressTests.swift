import Glibc
import TestSupport
import Testing

@testable import porxy

/// What a long command shows of itself while it runs.
@Suite(.paced) struct ProgressTests {
  private let folder = TemporaryFolder()

  @Test(
    "progress has a line of its own on a terminal, and is gone at the end",
    arguments: [
      ("conform --random 1000000", #"\r\d+ of 1000000 drawn scenarios, [0-9.]+/s, \d+ (min|h \d+ min) left"#),
      ("simulate --for 10h --seed 3", #"\r\d+ runs, 0 failed, [0-9.]+/s, (10 h 0|9 h 5\d) min left"#),
      ("simulate --runs 900000000", #"\r\d+ of 900000000 runs, 0 failed, [0-9.]+/s, \d+ h \d+ min left"#),
      ("simulate --scopes 7", #"\r\d+ of \d+ runs, [0-9.]+/s, \d+ (min|h \d+ min) left"#),
      ("simulate --places", #"\r\d+ of 3920 conversations, \d+ runs, 0 failed"#),
    ])
  func shows(_ words: String, _ wanted: String) throws {
    let terminal = try Terminal()
    let child = try ChildProcess(
      Relay.binary, words.split(separator: " ").map(String.init), in: folder, output: terminal.other)
    #expect(terminal.shows(wanted), "\(terminal.text)")
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    #expect(terminal.lines.contains { $0.hasPrefix("SIGINT: ") })
    #expect(!terminal.lines.contains { $0.hasSuffix(" left") }, "\(terminal.text)")
  }

  @Test(arguments: [
    (Pace(done: 5, elapsed: .seconds(2)), "5 runs, 2.5/s"),
    (Pace(done: 0, total: 9, elapsed: .seconds(2)), "0 of 9 runs"),
    (Pace(done: 100, total: 400, elapsed: .seconds(2)), "100 of 400 runs, 50/s, 6 s left"),
    (Pace(done: 100, total: 10000, elapsed: .seconds(1)), "100 of 10000 runs, 100/s, 2 min left"),
    (Pace(done: 100, elapsed: .seconds(1), limit: .seconds(7201)), "100 runs, 100/s, 2 h 0 min left"),
    (Pace(done: 100, total: 10000, elapsed: .seconds(1), limit: .seconds(11)), "100 of 10000 runs, 100/s, 10 s left"),
    (Pace(done: 100, total: 300, elapsed: .seconds(1), limit: .seconds(11)), "100 of 300 runs, 100/s, 2 s left"),
    (Pace(done: 9, elapsed: .seconds(3), limit: .seconds(1)), "9 runs, 3.0/s, 0 s left"),
  ])
  func tellsThePace(_ pace: Pace, _ text: String) {
    #expect(pace.text("runs") == text)
  }

  @Test func notesStandBehindTheCount() {
    #expect(Pace(done: 20, elapsed: .seconds(2)).text("runs", "3 failed") == "20 runs, 3 failed, 10/s")
  }
}
