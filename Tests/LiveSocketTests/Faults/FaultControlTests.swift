import Glibc
import TestSupport
import Testing

@testable import porxy

/// FAULTS while porxy runs: what is added and removed acts on the sessions that are there, and says what came of it.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct FaultControlTests {
  private static func faults(_ stage: AdminStage, _ words: String...) throws -> Invocation {
    try Invocation(["faults"] + words + ["--admin", stage.path])
  }

  @Test("an open session stalls from the moment the command comes back, and goes on when it is told to")
  func changesOpenSessions() throws {
    let stage = try AdminStage(extra: "workers: 2\nfaults: {seed: v1:0x2a, plan: []}")
    let session = try stage.session()
    #expect(AdminStage.isAlive(session))
    #expect(try Self.faults(stage, "list").output == "NAME\tSESSIONS\tFAULT\n")
    let added = try Self.faults(stage, "add", "stall  backend on in0 as hung")
    #expect(added.ending == "exit 0" && added.output == "added hung\n", "\(added.output)")
    session.client.say(9)
    #expect(session.server.hearForNow(.milliseconds(100)).count == 0)
    #expect(try Self.faults(stage, "list").output == "NAME\tSESSIONS\tFAULT\nhung\t1\tstall backend on in0 as hung\n")
    #expect(
      try Self.faults(stage, "list", "--json").output
        == #"{"seed":"v1:0x2a","faults":[{"name":"hung","line":"stall backend on in0 as hung","sessions":1}]}"# + "\n")
    #expect(try Self.faults(stage, "remove", "hung").output == "removed hung\n")
    #expect(session.server.hear(9).count == 9 && AdminStage.isAlive(session))
    #expect(try Self.faults(stage, "add", "latency 1h").output == "added latency-1\n")
    let changed = try Self.faults(stage, "change", "latency-1", "reset by backend at 10B")
    #expect(changed.ending == "exit 0" && changed.output == "changed latency-1\n")
    session.server.say(9)
    #expect(session.client.hearAll().end == "ECONNRESET")
    #expect(stage.proxy.tells(ofSessions: 1))
    #expect(stage.proxy.sessions.first?["faults"] == "hung,latency-1")
    #expect(stage.proxy.log.contains { $0["event"] == "admin-change" && $0["what"] == "faults: added hung" })
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("what cannot be done changes nothing, and the answer says why")
  func refuses() throws {
    let stage = try AdminStage(extra: "workers: 1\nfaults: {plan: [latency 0ms as near]}")
    for (words, reason) in [
      (["add", "latncy 5ms"], "column 1: there is no fault \"latncy\""),
      (["add", "stall client on web"], "there is no listener web"),
      (["add", "stall client as near"], "there are two faults called \"near\""),
      (["change", "far", "stall client"], "there is no fault far; 'porxy faults list' names them"),
      (["change", "near", "drop 1%"], "tc qdisc add dev DEV root netem loss 1% seed 42"),
      (["remove", "a/b c"], "there is no fault a/b c"),
    ] {
      let refused = try Invocation(["faults"] + words + ["--admin", stage.path])
      #expect(refused.ending == "exit 1" && refused.output.contains(reason), "\(words): \(refused.output)")
    }
    #expect(try Self.faults(stage, "list").output.split(separator: "\n").count == 2)
    let without = try AdminStage()
    for words in [["list"], ["add", "stall client"], ["reset"]] {
      let refused = try Invocation(["faults"] + words + ["--admin", without.path])
      #expect(
        refused.ending == "exit 1" && refused.output.contains("write \"faults: {plan: []}\""), "\(refused.output)")
    }
  }

  @Test("a reload brings the file's faults at once, and a reset brings them back")
  func reloads() throws {
    let stage = try AdminStage(extra: "workers: 1\nfaults: {plan: [latency 0ms as near]}")
    let session = try stage.session()
    #expect(try Self.faults(stage, "add", "latency 0ms as other").ending == "exit 0")
    #expect(stage.status("POST", "/reload") == 200)
    #expect(try Self.faults(stage, "list").output.contains("other"), "the file says what it said before")
    let text = String(decoding: try File.read(stage.proxy.config, atMost: 1 << 20), as: UTF8.self)
    let changed = text.replacing("latency 0ms as near", with: "stall backend as hung")
    TemporaryFolder.replace(stage.proxy.config, by: changed)
    #expect(stage.status("POST", "/reload") == 200)
    session.client.say(9)
    #expect(session.server.hearForNow(.milliseconds(100)).count == 0)
    #expect(try Self.faults(stage, "remove", "hung").ending == "exit 0")
    #expect(session.server.hear(9).count == 9)
    #expect(try Self.faults(stage, "reset").output == "as configured, faults: 1\n")
    session.client.say(9)
    #expect(session.server.hearForNow(.milliseconds(100)).count == 0)
    TemporaryFolder.replace(
      stage.proxy.config, by: changed.replacing("faults: {plan: [stall backend as hung]}", with: ""))
    #expect(stage.status("POST", "/reload") == 200)
    #expect(session.server.hear(9).count == 9 && AdminStage.isAlive(session))
    #expect(!stage.proxy.log.contains { $0["event"] == "needs-restart" })
  }

  @Test("faults cannot come by a reload where there were none at the start, which the log tells")
  func needsThemAtTheStart() throws {
    let stage = try AdminStage(extra: "workers: 1")
    let text = String(decoding: try File.read(stage.proxy.config, atMost: 1 << 20), as: UTF8.self)
    TemporaryFolder.replace(stage.proxy.config, by: text + "\nfaults: {plan: [refuse backend]}\n")
    #expect(stage.status("POST", "/reload") == 200)
    #expect(
      Deadline.usual.awaits {
        stage.proxy.log.filter { $0["event"] == "needs-restart" }.map { $0["key"] } == ["faults"]
      })
    #expect(AdminStage.isAlive(try stage.session()))
  }

  @Test("watch prints each fault that acts, and nothing else")
  func watches() throws {
    let stage = try AdminStage(extra: "workers: 1\nfaults: {plan: [slices to client 100B as thin]}")
    let child = try ChildProcess(Relay.binary, ["faults", "watch", "--admin", stage.path], in: stage.folder)
    #expect(
      try Deadline.usual.awaits {
        let session = try stage.session()
        session.server.say(1)
        _ = session.client.hear(1)
        return child.output.contains("\n")
      })
    #expect(stage.proxy.stop() == "exit 0")
    #expect(child.waitForExit() == "exit 1")
    let lines = child.output.split(separator: "\n").dropLast()
    #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(" a fault of the plan acts: fault=thin ") }, "\(lines)")
  }

  @Test("a file with lines is checked, and each mistake has its place")
  func checksFiles() throws {
    let folder = TemporaryFolder()
    let good = folder.write("# all slow\nlatency 5ms\n\n  stall client for 2s  # then not\n", as: "good.plan")
    let ok = try Invocation("faults", "check", good)
    #expect(ok.ending == "exit 0" && ok.output == "\(good): ok\n2 faults\n", "\(ok.output)")
    let bad = folder.write("latency 5ms\n  latency 5\nstall cleint\n", as: "bad.plan")
    let mistaken = try Invocation("faults", "check", bad)
    #expect(mistaken.ending == "exit 2")
    #expect(mistaken.output.contains("\(bad):2:11: error: \"5\" is no duration; "), "\(mistaken.output)")
    #expect(mistaken.output.contains("\(bad):3:7: error: \"cleint\" is no side of a session; "))
    let twice = folder.write("latency 5ms as a\nlatency 6ms as a\n", as: "twice.plan")
    #expect(try Invocation("faults", "check", twice).output.contains("\(twice):2:1: error: there are two faults"))
    #expect(try Invocation("faults", "check", folder.path + "/none").ending == "exit 2")
  }

  @Test("faults that come and go under traffic lose no byte and hold up nothing")
  func churns() throws {
    let stage = try AdminStage(extra: "workers: 1\nfaults: {plan: []}\nlog: {level: warning}")
    let lines = [
      "latency 1ms jitter 2ms", "slices 700B", "bandwidth 50MiB/s", "stall client", "latency to backend 1h",
      "stall backend for 1ms", "slow end 1ms", "slices to client 100B pause 10us",
    ]
    let sessions = try (0..<3).map { _ in try stage.session() }
    var names: [String] = []
    var times: [Duration] = []
    func ask(_ target: String) throws -> String {
      let begun = ContinuousClock.now
      let answer = try stage.ask("POST", target)
      times.append(ContinuousClock.now - begun)
      #expect(answer.status == 200, "\(target): \(answer.body)")
      return String(answer.body.dropLast())
    }
    let changes = LongTests.areAsked ? 10_000 : 400
    var owed = sessions.map { _ in (toServer: 0, toClient: 0) }
    for number in 0..<changes {
      if names.count == 4 || names.count > 0 && number % 3 == 0 {
        _ = try ask("/faults/\(names.remove(at: number % names.count))/remove")
      } else {
        let line = lines[number % lines.count]
        names.append(String(try ask("/faults/add?line=\(AdminPath.encoded(line))").dropFirst("added ".count)))
      }
      let place = number % sessions.count
      sessions[place].client.say(700)
      sessions[place].server.say(1100)
      owed[place].toServer += 700
      owed[place].toClient += 1100
      // Without a stall or an hour's delay everything arrives; `hear` looks at every byte.
      guard number % 25 == 24 else { continue }
      #expect(try ask("/faults/reset") == "as configured, faults: 0")
      names = []
      for (session, owed) in zip(sessions, owed) {
        #expect(session.server.hear(owed.toServer).count == owed.toServer)
        #expect(session.client.hear(owed.toClient).count == owed.toClient)
      }
      owed = sessions.map { _ in (0, 0) }
    }
    times.sort()
    let median = times[times.count / 2]
    #expect(median < .milliseconds(50), "median \(median), longest \(times[times.count - 1])")
    for session in sessions {
      session.client.close()
      session.server.close()
    }
    #expect(stage.proxy.holdsNothing())
    #expect(stage.proxy.stop() == "exit 0")
  }
}
