import Glibc
import TestSupport
import Testing

/// `porxy replay` and `porxy simulate --scenario` with runs and scenarios from files.
@Suite("replay", .paced) struct ReplayTests {
  /// Nobody ever asks whether the peers are still there: a session that does not end.
  static let failing = """
    run: v4:0x1f
    length: 3s
    latencies: clients 50us 1ms, servers 50us
    porxy: timeouts.keepalive off
    client 0 at 0s on client1 as neverReads: nothing
    server 0 on server1 as silent: nothing
    client 1 at 1s on client2 as asks: send 3, finish, drain, close
    server 1 on server1 as answers: drain, close
    fault: power loss client1 0 from 1s until 2s
    fault: power loss server1 0 from 1500ms until 2s
    fault: short moves porxy 300 from 0s until 3s

    """

  @Test("a run that fails is shrunk where it is asked for, and what is saved fails by the same rule")
  func shrinks() throws {
    let folder = TemporaryFolder()
    let saved = "\(folder.path)/failed-1f.run"
    defer { _ = unsafe unlink(saved) }
    let run = try Invocation("simulate", "--scenario", folder.write(Self.failing, as: "a.run"), "--save", folder.path)
    #expect(run.ending == "exit 1")
    #expect(run.output.contains("LIVENESS at "))
    #expect(run.output.contains("shrunk from 2 sessions and 3 faults to 1 and "))
    #expect(run.output.contains("\n  porxy replay \(saved)\n"))
    let text = TemporaryFolder.read(saved)
    #expect(text.hasPrefix("run: v4:0x1f\n") && !text.contains("client 1") && !text.contains("short moves"), "\(text)")
    let again = try Invocation("replay", saved)
    #expect(again.ending == "exit 1")
    #expect(again.output.contains("LIVENESS at ") && again.output.contains("~ power loss begins ~"))
  }

  @Test("a run that holds every rule is drawn, and a mistake in one is told by its place")
  func replays() throws {
    let folder = TemporaryFolder()
    let good = Self.failing.split(separator: "\n").filter { !$0.hasPrefix("porxy:") }.joined(separator: "\n")
    let run = try Invocation("replay", folder.write(good, as: "good.run"))
    #expect(run.ending == "exit 0")
    #expect(run.output.contains("all rules held\n") && run.output.contains("──▶│"))
    let path = folder.write("run: v4:0x1f\nlenght: 3s\n", as: "bad.run")
    let bad = try Invocation("replay", path)
    #expect(bad.ending == "exit 2")
    #expect(bad.output.contains("\(path): 2:1: unknown line 'lenght'; did you mean 'length'?"))
  }

  @Test("the trace of a scenario is drawn")
  func scenario() throws {
    let folder = TemporaryFolder()
    let path = folder.write("a title\nclient connect\nclient close\nserver receive end\n", as: "a.scenario")
    let run = try Invocation("replay", path)
    #expect(run.ending == "exit 0")
    #expect(run.output.contains("│─────── connect ────────▶│"))
  }
}
