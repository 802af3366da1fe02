import Glibc
import TestSupport
import Testing

@testable import porxy

/// The command `porxy top`, in a terminal or none, with a socket that the test answers.
@Suite(.paced) struct TopCommandTests {
  private let folder = TemporaryFolder()
  private static let leaves = "\u{1b}[?25h\u{1b}[?1049l"

  /// Starts it in a window of 80 by 24.
  private func start(_ admin: FakeAdmin, in terminal: Terminal, _ words: String = "") throws -> ChildProcess {
    terminal.resize(width: 80, height: 24)
    let script = "exec env -u NO_COLOR TERM=xterm \"$0\" top --admin \"$1\" \(words)"
    return try ChildProcess("/bin/sh", ["-c", script, Relay.binary, admin.path], in: folder, terminal: terminal)
  }

  @Test("without a terminal, or asked for it, it prints one look as plain text")
  func printsOneLook() throws {
    let admin = try FakeAdmin(in: folder, Overview.stalled.json)
    for words in [["top", "--admin", admin.path], ["top", "--once", "--interval", "100ms", "--admin", admin.path]] {
      let invocation = try Invocation(words)
      #expect(invocation.ending == "exit 0")
      #expect(invocation.output.hasPrefix("porxy 0.1.0  ready  up 3d04h"))
      #expect(invocation.output.contains("\nSTALLED 3: 1 client, 1 backend not reading; 1 dialing; 1.0 MiB held\n"))
      #expect(!invocation.output.contains("\u{1b}"))
    }
    #expect(admin.requests == ["GET /overview", "GET /overview", "GET /overview", "GET /overview"])
  }

  @Test("where no porxy answers it says so and fails")
  func needsAPorxy() throws {
    let path = folder.newPath("nothing.sock")
    let invocation = try Invocation("top", "--once", "--admin", path)
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.hasPrefix("porxy: ") && invocation.output.contains(path))
    let admin = try FakeAdmin(in: folder, "{}")
    let strange = try Invocation("top", "--once", "--admin", admin.path)
    #expect(strange.ending == "exit 1")
    #expect(strange.output == "porxy: GET /overview was answered by what is no overview: head is missing\n")
  }

  @Test(
    "a signal ends it, and the terminal is as it was",
    arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGQUIT, 131), (SIGHUP, 129)])
  func endsBySignal(_ signal: Int32, _ code: Int) throws {
    let admin = try FakeAdmin(in: folder, Overview.stalled.json)
    let terminal = try Terminal()
    let before = terminal.settings
    let child = try start(admin, in: terminal)
    #expect(terminal.shows("STALLED 3"))
    #expect(terminal.settings != before)
    child.signal(signal)
    #expect(child.waitForExit() == "exit \(code)")
    #expect(terminal.settings == before)
    #expect(terminal.text.hasSuffix(Self.leaves))
  }

  @Test("it follows the size of its window at once")
  func followsTheWindow() throws {
    let admin = try FakeAdmin(in: folder, Overview.stalled.json)
    let terminal = try Terminal()
    let child = try start(admin, in: terminal, "--interval 1h")
    #expect(terminal.shows("STALLED 3"))
    #expect(!terminal.text.contains(">BACKEND/S"))
    terminal.resize(width: 140, height: 30)
    // The kernel tells the processes of a terminal's session, and this one is in the session of the tests.
    child.signal(SIGWINCH)
    #expect(terminal.shows(">BACKEND/S"))
    terminal.type("q")
    #expect(child.waitForExit() == "exit 0")
  }

  @Test("Ctrl-Z stops it and gives the terminal back until it goes on")
  func stops() throws {
    let admin = try FakeAdmin(in: folder, Overview.stalled.json)
    let terminal = try Terminal()
    let before = terminal.settings
    let child = try start(admin, in: terminal, "--interval 1h")
    #expect(terminal.shows("STALLED 3"))
    terminal.type("\u{1a}")
    let isStopped = Deadline.usual.awaits {
      TemporaryFolder.read("/proc/\(child.identifier)/stat").contains(") T ")
    }
    #expect(isStopped)
    #expect(terminal.settings == before)
    #expect(terminal.text.hasSuffix(Self.leaves))
    child.signal(SIGCONT)
    #expect(Deadline.usual.awaits { terminal.settings != before })
    // What is typed while the terminal changes hands may be lost, as it is for a person.
    let hasEnded = Deadline.usual.awaits {
      terminal.type("q")
      return !child.isRunning
    }
    #expect(hasEnded && child.waitForExit() == "exit 0")
    #expect(terminal.settings == before)
  }

  @Test("a reset reaches porxy once a person has said yes")
  func resets() throws {
    let admin = try FakeAdmin(in: folder, Overview.stalled.json)
    let terminal = try Terminal()
    let child = try start(admin, in: terminal)
    #expect(terminal.shows("STALLED 3"))
    terminal.type("r")
    #expect(terminal.shows(#"reset session 4 of 203.0.113.9:51000\? y/n"#))
    terminal.type("y")
    #expect(terminal.shows("session 4 of 203.0.113.9:51000 was reset"))
    #expect(admin.requests.contains("POST /sessions/4/reset"))
    terminal.type("\u{3}")
    #expect(child.waitForExit() == "exit 0")
  }
}
