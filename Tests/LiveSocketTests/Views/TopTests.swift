import Glibc
import Synchronization
import TestSupport
import Testing

@testable import porxy

/// `porxy top` on a terminal, with a porxy that the test invents.
@Suite(.paced) struct TopTests {
  private static let leaves = "\u{1b}[?25h\u{1b}[?1049l"

  /// Runs it on a terminal until the body has ended it, and tells its exit code; nil if it did not end.
  private func run(
    _ source: some OverviewSource, every interval: Duration = .milliseconds(100), _ body: (Terminal) throws -> Void
  ) throws -> ExitCode? {
    let terminal = try Terminal()
    terminal.resize(width: 80, height: 24)
    let before = terminal.settings
    let code = Mutex<ExitCode?>(nil)
    let shared = Shared(code)
    var top = Top(source, every: interval)
    (top.input, top.output, top.palette) = (terminal.other, terminal.other, Palette(isColoured: true))
    let started = top
    let thread = Thread {
      let code = started.watch(from: .usual)
      shared.code.withLock { $0 = code }
    }
    #expect(terminal.shows(#"\x1b\[\?1049h"#))
    #expect(terminal.settings != before, "the terminal is not raw")
    try body(terminal)
    // What is drawn until then is taken from the terminal, which has room for little.
    let hasEnded = Deadline.usual.awaits {
      _ = terminal.text
      return shared.code.withLock { $0 != nil }
    }
    guard hasEnded else {
      thread.detach()
      return nil
    }
    thread.join()
    #expect(terminal.settings == before, "the terminal is not as it was")
    #expect(terminal.text.hasSuffix(Self.leaves), "the window is not as it was")
    return shared.code.withLock { $0 }
  }

  private final class Shared: Sendable {
    let code: Mutex<ExitCode?>

    init(_ code: consuming Mutex<ExitCode?>) {
      self.code = code
    }
  }

  @Test("q and Ctrl-C end it and give the terminal back", arguments: ["q", "\u{3}"])
  func ends(_ key: String) throws {
    let source = FakeOverviews(.usual)
    let code = try run(source) { terminal in
      #expect(terminal.shows("no session stalls"))
      terminal.type(key)
    }
    #expect(code == .stopped)
  }

  @Test("it shows within an interval what has changed")
  func follows() throws {
    let source = FakeOverviews(.usual)
    let code = try run(source) { terminal in
      #expect(terminal.shows("no session stalls"))
      source.show(.stalled)
      #expect(terminal.shows("STALLED 3: "))
      #expect(terminal.shows("203.0.113.8:40103 .* reset "))
      terminal.type("q")
    }
    #expect(code == .stopped)
  }

  @Test("a reset is sent after a yes, and its outcome is shown")
  func resets() throws {
    let source = FakeOverviews(.stalled)
    let code = try run(source) { terminal in
      terminal.type("\u{1b}[B")
      terminal.type("r")
      #expect(terminal.shows(#"reset session \d+ of \S+\? y/n"#))
      #expect(source.requests == [])
      terminal.type("y")
      #expect(terminal.shows(#"session \d+ of \S+ was reset"#))
      source.refuse("POST was answered 404: there is no such session")
      terminal.type("ry")
      #expect(terminal.shows("there is no such session"))
      terminal.type("q")
    }
    #expect(code == .stopped)
    #expect(source.requests.count == 2)
  }

  @Test("while porxy is not reachable it says so and goes on asking")
  func bearsFailures() throws {
    let source = FakeOverviews(.usual)
    let code = try run(source) { terminal in
      source.fail("connection refused")
      #expect(terminal.shows("NOT REACHABLE: connection refused; the last look follows"))
      let looks = source.looks
      source.fail(nil)
      source.show(.stalled)
      #expect(terminal.shows("STALLED 3: "))
      #expect(source.looks > looks)
      terminal.type("q")
    }
    #expect(code == .stopped)
  }

  @Test("a porxy that does not answer holds no key up")
  func answersKeysAlways() throws {
    let source = HangingOverviews()
    defer { source.letGo() }
    let code = try run(source) { terminal in
      #expect(terminal.shows(#"NOT REACHABLE: no answer for \d+s"#))
      terminal.type("s")
      #expect(terminal.shows("s by bytes"))
      terminal.type("q")
    }
    #expect(code == .stopped)
  }

  @Test("a terminal that goes away ends it")
  func endsWithItsTerminal() throws {
    let terminal = try Terminal()
    var top = Top(FakeOverviews(.usual), every: .seconds(3600))
    // What is typed comes from a pipe, whose other end is closed.
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    defer { close(ends[0]) }
    (top.input, top.output) = (terminal.other, terminal.other)
    let events = TopEvents()
    #expect(events.next(from: ends[0], atMost: .zero) == nil)
    _ = unsafe write(ends[1], "q", 1)
    guard case .typed([0x71]) = events.next(from: ends[0], atMost: .seconds(20)) else {
      Issue.record("the key did not come")
      return
    }
    events.add(.signal(SIGCONT))
    guard case .signal(SIGCONT) = events.next(from: ends[0], atMost: .seconds(20)) else {
      Issue.record("the signal did not come")
      return
    }
    close(ends[1])
    guard case .hungUp = events.next(from: ends[0], atMost: .seconds(20)) else {
      Issue.record("the end did not come")
      return
    }
    var watching = TopWatching(.usual, every: .seconds(1))
    let inquirer = TopInquirer(FakeOverviews(.usual), events)
    #expect(watching.take(.hungUp, asking: inquirer) == .end(ExitCode(rawValue: 129)))
    #expect(watching.take(.signal(SIGTERM), asking: inquirer) == .end(ExitCode(rawValue: 143)))
    #expect(watching.take(.signal(SIGCONT), asking: inquirer) == .redraw)
    #expect(watching.take(.typed([0x1a]), asking: inquirer) == .suspend)
  }

  @Test("what the admin socket answers becomes a look, or a reason")
  func asksByHTTP() throws {
    let asked = Asked()
    func overviews(_ status: Int, _ body: String) -> AdminOverviews {
      AdminOverviews { (method, path) throws(OverviewFailure) in
        asked.lines.withLock { $0.append("\(method) \(path)") }
        return AdminOverviews.Answer(status: status, body: Array(body.utf8))
      }
    }
    func reason(_ source: AdminOverviews) -> String {
      do throws(OverviewFailure) {
        _ = try source.look()
        return "a look"
      } catch {
        return error.reason
      }
    }
    #expect(try overviews(200, Overview.stalled.json).look() == .stalled)
    try overviews(204, "").perform(.pauseListener("a/b"))
    #expect(asked.lines.withLock { $0 } == ["GET /overview", "POST /listeners/a%2Fb/pause"])
    #expect(reason(overviews(404, "no such path\nat all")) == "GET /overview was answered 404: no such path")
    #expect(reason(overviews(503, "")) == "GET /overview was answered 503")
    #expect(reason(overviews(200, "{}")) == "GET /overview was answered by what is no overview: head is missing")
    #expect(throws: OverviewFailure("POST /sessions/1/reset was answered 404: gone")) {
      try overviews(404, "gone").perform(.resetSession(id: "1", client: ""))
    }
  }

  private final class Asked: Sendable {
    let lines = Mutex<[String]>([])
  }
}
