import TestSupport
import Testing

@testable import porxy

/// `porxy events`, as a person and a program use it.
@Suite(.paced) struct EventsCommandTests {
  /// Has sessions come and go until the command has written something.
  private func awakens(_ child: ChildProcess, _ stage: AdminStage) throws -> Bool {
    try Deadline.usual.awaits {
      let session = try stage.session()
      session.client.close()
      session.server.close()
      return child.output.contains("\n")
    }
  }

  private func events(_ stage: AdminStage, _ words: String...) throws -> ChildProcess {
    try ChildProcess(Relay.binary, ["events", "--admin", stage.path] + words, in: stage.folder)
  }

  @Test("it prints a line for each event, as the log has it, until porxy ends")
  func prints() throws {
    let stage = try AdminStage(extra: "workers: 1\nlog: {level: error, sessions: off}")
    let (text, json) = (try events(stage), try events(stage, "--json", "--listener=in0"))
    #expect(try awakens(text, stage) && awakens(json, stage))
    #expect(stage.status("POST", "/reload") == 200)
    #expect(text.writes(" info configuration reloaded: generation=2 "))
    let session = try stage.session()
    session.client.reset()
    #expect(text.writes(" info session reset by the client: id=") && json.writes("\"message\":\"session reset by"))
    session.server.close()
    #expect(stage.proxy.stop() == "exit 0")
    #expect(text.waitForExit() == "exit 1" && json.waitForExit() == "exit 1")
    #expect(text.output.contains(" info porxy stopped\n"))
    #expect(
      text.output.split(separator: "\n").last?.hasPrefix("porxy: porxy ended the connection: it stopped, ") == true)
    let objects = json.output.split(separator: "\n").dropLast().map { LogEntry($0) }
    #expect(objects.allSatisfy { $0?["listener"] == "in0" }, "\(json.output)")
    #expect(objects.contains { $0?["event"] == "session-began" } && objects.contains { $0?["how"] == "reset" })
  }

  @Test("it ends without a word once nobody reads what it prints, with or without a further event")
  func endsQuietly() throws {
    let stage = try AdminStage(extra: "workers: 1")
    let script = "{ \"$0\" events --admin \"$1\" 2>&1; echo \"code $?\" >&2; } | head -n 1"
    let words = ["-c", script, Relay.binary, stage.path]
    let child = try ChildProcess("/bin/sh", words, in: stage.folder)
    #expect(try awakens(child, stage))
    #expect(child.waitForExit() == "exit 0")
    let lines = child.output.split(separator: "\n")
    // head closes its input before it writes.
    #expect(lines.count == 2 && lines.contains("code 0") && lines.contains { $0.contains(" session ") }, "\(lines)")
  }

  @Test("what is refused is told, with the code of a failure")
  func isRefused() throws {
    let stage = try AdminStage()
    let unknown = try Invocation("events", "--listener", "none", "--admin", stage.path)
    #expect(unknown.ending == "exit 1" && unknown.output == "there is no listener none\n", "\(unknown.output)")
    let script = "exec \"$0\" events --admin \"$1\" > /dev/full"
    let full = try ChildProcess("/bin/sh", ["-c", script, Relay.binary, stage.path], in: stage.folder)
    #expect(try awakens(full, stage) && full.waitForExit() == "exit 1")
    #expect(full.output.contains("the standard output cannot be written: "), "\(full.output)")
    let followers = try (0..<12).map { _ in try Follower(stage.path, "/events") }
    let more = try Invocation("events", "--admin", stage.path)
    #expect(more.ending == "exit 1" && more.output.contains("as many clients follow what happens"), "\(more.output)")
    #expect(followers.count == 12)
  }
}
