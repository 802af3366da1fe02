import TestSupport
import Testing

@testable import porxy

/// The commands that ask a running porxy.
@Suite(.paced) struct AdminCommandTests {
  @Test("status says how porxy is, and by its exit code whether it takes clients")
  func status() throws {
    let stage = try AdminStage()
    let status = try Invocation("status", "--admin", stage.path)
    #expect(status.ending == "exit 0")
    #expect(
      status.output.hasPrefix("porxy \(Version.current), process \(stage.proxy.child.identifier): serving, up "))
    #expect(status.output.contains("\n  in0 -> out0: sessions 0\n"), "\(status.output)")
    let json = try Invocation("status", "--json", "--admin=\(stage.path)")
    #expect(LogEntry(json.output.dropLast())?["pid"] == "\(stage.proxy.child.identifier)")
    let quiet = try Invocation("status", "--quiet", "--admin", stage.path)
    #expect(quiet.ending == "exit 0" && quiet.output.isEmpty)
    let session = try stage.session()
    let drain = try Invocation("drain", "--admin", stage.path)
    #expect(drain.ending == "exit 0" && drain.output == "draining, sessions open: 1\n")
    #expect(try Invocation("status", "--quiet", "--admin", stage.path).ending == "exit 1")
    #expect(AdminStage.isAlive(session))
  }

  @Test("reload and log-level say what came of it")
  func orders() throws {
    let stage = try AdminStage()
    let reload = try Invocation("reload", "--admin", stage.path)
    #expect(reload.ending == "exit 0")
    #expect(
      reload.output == "done, generation 2: 0 listeners added, 0 changed, 0 removed, 1 unchanged\n", "\(reload.output)")
    let level = try Invocation("log-level", "debug", "--admin", stage.path)
    #expect(level.ending == "exit 0" && level.output == "debug\n")
  }

  @Test("sessions are listed and ended, and a listener is paused, by their names")
  func changes() throws {
    let stage = try AdminStage()
    let (one, other) = (try stage.session(), try stage.session())
    one.client.say(77)
    #expect(one.server.hear(77).count == 77)
    let list = try Invocation("sessions", "--sort", "bytes", "--listener", "in0", "--admin", stage.path)
    let lines = list.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(list.ending == "exit 0" && lines.count == 3 && lines[0].count == lines[1].count, "\(list.output)")
    #expect(lines[1][7] == "77" && lines[1][2] == "in0" && lines[1][9] == "-")
    #expect(
      try Invocation("sessions", "--client", "127.0.0.2", "--admin", stage.path).output.split(separator: "\n").count
        == 1)
    #expect(try Invocation("sessions", "--json", "--admin", stage.path).output.hasPrefix("{\"matching\":2,"))
    let reset = try Invocation("session", "reset", lines[1][0], "--admin", stage.path)
    #expect(reset.ending == "exit 0" && reset.output == "done\n")
    #expect(one.client.hear(1).end == "ECONNRESET")
    let again = try Invocation("session", "reset", lines[1][0], "--admin", stage.path)
    #expect(again.ending == "exit 1" && again.output.contains("there is no session \(lines[1][0])"))
    #expect(try Invocation("listener", "pause", "in0", "--admin", stage.path).ending == "exit 0")
    #expect(try Invocation("sessions", "--admin", stage.path).output.split(separator: "\n").count == 2)
    #expect(try Invocation("listener", "pause", "a b/c", "--admin", stage.path).output.contains("no listener a b/c"))
    #expect(try Invocation("listener", "resume", "in0", "--admin", stage.path).ending == "exit 0")
    #expect(AdminStage.isAlive(other))
  }

  @Test("without an admin socket, the line of the configuration that brings one is named")
  func saysWhatIsMissing() throws {
    let path = TemporaryFolder().path + "/none.sock"
    for words in [
      ["status"], ["status", "--quiet"], ["reload"], ["drain"], ["log-level", "info"], ["sessions"], ["events"],
      ["session", "end", "0-0-1"], ["listener", "pause", "x"],
    ] {
      let invocation = try Invocation(words + ["--admin", path])
      #expect(invocation.ending == "exit 1", "\(words)")
      #expect(invocation.output.contains("'admin: {socket: \(path)}' in its configuration"), "\(invocation.output)")
    }
    let usual = try Invocation(script: "RUNTIME_DIRECTORY=/nowhere/a:/b exec \"$0\" status")
    #expect(usual.output.contains("no porxy answers at /nowhere/a/admin.sock"), "\(usual.output)")
  }

  @Test("an answer is its status and its body, and whole")
  func parsesAnswers() {
    let answer = "HTTP/1.1 409 Conflict\r\nX: y\r\nContent-Length: 3\r\n\r\nabc"
    #expect(AdminClient.parse(Array(answer.utf8)) == AdminClient.Answer(status: 409, body: "abc"))
    for wrong in [answer + "d", String(answer.dropLast()), "", "HTTP/1.1 200 OK\r\n\r\n", "SSH-2.0\r\n\r\n"] {
      #expect(AdminClient.parse(Array(wrong.utf8)) == nil, "\(wrong)")
    }
  }

  @Test(
    "times as people say them", arguments: [(0, "0s"), (59, "59s"), (61, "1m 1s"), (3600, "1h 0m"), (90_061, "1d 1h")])
  func spans(seconds: Int, text: String) { #expect(StatusPage.span(seconds) == text) }
}
