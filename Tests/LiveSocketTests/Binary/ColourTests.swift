import Glibc
import TestSupport
import Testing

@testable import porxy

/// Colours on a terminal, and nowhere else.
@Suite(.paced) struct ColourTests {
  private let folder = TemporaryFolder()
  private static let escape = "\u{1b}["

  /// All that the binary writes, called by the shell with some variables set.
  private func output(_ variables: String, _ words: String, _ files: String..., on terminal: Terminal?) throws -> String
  {
    let script = "exec env -u NO_COLOR \(variables) \"$0\" \(words)"
    let child = try ChildProcess(
      "/bin/sh", ["-c", script, Relay.binary] + files, in: folder, output: terminal?.other)
    #expect(child.waitForExit() != nil)
    return terminal?.text.replacing("\r\n", with: "\n") ?? child.output
  }

  private static let good = """
    listeners: [{name: moo, backend: foo, address: 127.0.0.1, port: 8000}]
    backends: [{name: foo, host: example.org, port: 80}]
    """

  @Test(
    "headings are bold, failures red and what is well green",
    arguments: [
      ("--help", "\u{1b}[1mUsage:\u{1b}[0m\n"), ("simulate --help", "\u{1b}[1mExit codes:\u{1b}[0m\n"),
      ("--frobnicate", "\u{1b}[31mporxy:\u{1b}[0m unknown option"), ("check $1", ": \u{1b}[32mok\u{1b}[0m\n"),
      ("check $2", ": \u{1b}[31merror:\u{1b}[0m "), ("replay $3", "\u{1b}[32mall rules held\u{1b}[0m\n"),
      ("replay $3", "\n\u{1b}[1mtrace:\u{1b}[0m\n"), ("replay $4", "\u{1b}[31mLIVENESS at "),
      ("replay $4", "run: \u{1b}[31mfailed\u{1b}[0m, hash "),
      ("simulate --runs 1 --seed 3", ", \u{1b}[32m0 failed\u{1b}[0m, in "),
    ])
  func paints(_ words: String, _ expected: String) throws {
    let failing = ReplayTests.failing
    let held = failing.split(separator: "\n").filter { !$0.hasPrefix("porxy:") }.joined(separator: "\n")
    let files = (
      folder.write(Self.good, as: "good.yaml"), folder.write("listeners: 3\n", as: "bad.yaml"),
      folder.write(held, as: "good.run"), folder.write(failing, as: "bad.run")
    )
    func output(_ variables: String, _ terminal: Terminal?) throws -> String {
      try self.output(variables, words, files.0, files.1, files.2, files.3, on: terminal)
    }
    let coloured = try output("TERM=xterm", Terminal())
    #expect(coloured.contains(expected), "\(coloured)")
    #expect(!(try output("TERM=xterm", nil)).contains(Self.escape))
    for variables in ["TERM=dumb", "TERM=xterm NO_COLOR=1", "-u TERM"] {
      #expect(!(try output(variables, Terminal())).contains(Self.escape), "\(variables)")
    }
  }

  @Test("an empty NO_COLOR asks for nothing")
  func respectsWishes() {
    #expect(Palette.isWelcome(noColor: "", terminal: "xterm"))
    #expect(!Palette.isWelcome(noColor: "0", terminal: "xterm"))
    #expect(!Palette.isWelcome(noColor: nil, terminal: nil))
  }

  @Test("what differs is red, what is the same green")
  func paintsRows() throws {
    let (colours, none) = (Palette(isColoured: true), Palette(isColoured: false))
    #expect(colours.paint("a", .bad) == "\u{1b}[31ma\u{1b}[0m" && none.paint("a", .bad) == "a")
    #expect(none.headings("Usage:\n  a:\n") == "Usage:\n  a:\n")
    #expect(colours.headings("Usage:\n  a:\nb: c\n") == "\u{1b}[1mUsage:\u{1b}[0m\n  a:\nb: c\n")
  }
}
