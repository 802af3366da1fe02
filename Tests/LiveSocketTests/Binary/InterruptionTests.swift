import Glibc
import TestSupport
import Testing

/// Ctrl-C and its like in commands that take long: what was found is not lost.
@Suite(.paced) struct InterruptionTests {
  private let folder = TemporaryFolder()

  private func start(_ words: String...) throws -> ChildProcess {
    try ChildProcess(Relay.binary, words, in: folder)
  }

  @Test(
    "a sweep ends with its summary and the seeds that ran",
    arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGQUIT, "SIGQUIT")])
  func sweep(_ signal: Int32, _ name: String) throws {
    let child = try start("simulate", "--for", "10h", "--seed", "3", "--jobs", "2")
    #expect(child.writes("simulating from seed"))
    _ = poll(nil, 0, 200)
    child.signal(signal)
    #expect(child.waitForExit() == "exit \(128 + signal)")
    let words = child.output.split { $0 == " " || $0 == "\n" }
    let place = try #require(words.firstIndex { $0 == "\(name):" }, "\(child.output)")
    let runs = try #require(Int(words[place + 5]))
    #expect(child.output.contains("\n\(name): ended after the first \(runs) run"))
    #expect(child.output.contains("\n\(runs) run"))
    #expect(child.output.contains(" from seed v4:0x3\n"))
    // The runs that were performed are those with the lowest numbers, and no others.
    let again = try Invocation("simulate", "--runs", "\(runs)", "--seed", "3")
    let hash = child.output.split(separator: "\n").first { $0.hasPrefix("hash ") }
    #expect(hash != nil && again.output.split(separator: "\n").contains(hash ?? ""))
  }

  @Test("a comparison with the kernel ends with what agreed")
  func drawnScenarios() throws {
    let child = try start("conform", "--random", "1000000")
    _ = poll(nil, 0, 500)
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    #expect(
      child.output.hasPrefix("SIGINT: ") && child.output.hasSuffix(" of 1000000 drawn scenarios from v4:0x0 agree\n"))
  }

  @Test("a comparison of a proxy ends with its summary, in the middle of a scenario too")
  func catalogue() throws {
    let reserved = try ServerSocket.reserved()
    let backend = reserved.address.port
    reserved.close()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(backend)"])
    let child = try start("conform", "--proxy", "127.0.0.1:\(proxy.fronts[0].port)", "--backend", "\(backend)")
    #expect(child.writes("same  "))
    child.signal(SIGTERM)
    #expect(child.waitForExit(by: Deadline(in: .seconds(10))) == "exit 143")
    #expect(child.output.contains("\nsame ") && child.output.contains("porxy: ended after "), "\(child.output)")
    #expect(child.output.hasSuffix(" scenarios: SIGTERM\n"), "\(child.output)")
  }

  @Test(
    "what a folder does not take is told before anything runs", arguments: ["simulate --runs 5", "conform --random 5"])
  func triesTheFolder(_ words: String) throws {
    let missing = folder.newPath("missing")
    let invocation = try Invocation(script: "exec \"$0\" \(words) --save \"$1\"", missing)
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output == "porxy: --save \(missing): cannot be written: No such file or directory\n")
  }

  @Test("a scenario is not saved, and that is said")
  func savesNoScenario() throws {
    let path = folder.write("a title\nclient connect\n", as: "a.scenario")
    let invocation = try Invocation("simulate", "--scenario", path, "--save", folder.path)
    #expect(invocation.ending == "exit 2")
    #expect(invocation.output == "porxy: \(path) is a scenario; only runs are shrunk and saved, so leave --save out\n")
  }

  @Test("every run of so many steps ends with what was looked at")
  func scopes() throws {
    let terminal = try Terminal()
    let child = try ChildProcess(
      Relay.binary, ["simulate", "--scopes", "7", "--jobs", "2"], in: folder, output: terminal.other)
    #expect(terminal.shows(" runs, "))
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    #expect(terminal.text.contains("7 steps while streaming: "), "\(terminal.text)")
    #expect(terminal.lines.last == "SIGINT: ended before all runs were performed")
  }

  @Test("faults at all places end with what was tried")
  func places() throws {
    let terminal = try Terminal()
    let child = try ChildProcess(
      Relay.binary, ["simulate", "--places", "--jobs", "2"], in: folder, output: terminal.other)
    #expect(terminal.shows(" runs, "))
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    #expect(terminal.text.contains(" runs a second"), "\(terminal.text)")
    #expect(terminal.lines.last == "SIGINT: ended before all places were tried")
  }

  @Test("a run is saved as far as it was shrunk")
  func shrinking() throws {
    let saved = "\(folder.path)/failed-1f.run"
    defer { _ = unsafe unlink(saved) }
    let path = folder.write(ReplayTests.failing, as: "a.run")
    let child = try ChildProcess(
      Relay.binary, ["simulate", "--scenario", path, "--save", folder.path], in: folder)
    // Ctrl-C as soon as there is anybody to hear it: before, while and after it shrinks, the end is in order.
    #expect(Deadline.usual.awaits { ProcessFacts(identifier: child.identifier).blocks(SIGINT) })
    child.signal(SIGINT)
    #expect(child.waitForExit() == "exit 130")
    #expect(child.output.contains("shrunk from 2 sessions and 3 faults to "), "\(child.output)")
    #expect(TemporaryFolder.read(saved).hasPrefix("run: v4:0x1f\n"))
  }
}
