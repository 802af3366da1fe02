import Glibc
import PorxySimulation
import TestSupport
import Testing

@testable import porxy

/// Sessions on real sockets, recorded by a running porxy, and what becomes of their recordings in the simulation.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct RecordingTests {
  /// How a session goes, with its two ends; what a side says has arrived before the next thing happens.
  private struct Course: Sendable {
    let name: String
    /// What the log has to say of it.
    let ending: String
    let play: @Sendable (Peer, Peer) -> Void

    init(_ name: String, _ ending: String, _ play: @escaping @Sendable (Peer, Peer) -> Void) {
      (self.name, self.ending, self.play) = (name, ending, play)
    }
  }

  /// Of each number another size, so that no two sessions are alike.
  private static func courses(_ number: Int) -> [Course] { orderly(1 + number * 37) + torn(1 + number * 37) }

  private static func orderly(_ size: Int) -> [Course] {
    [
      Course("question and answer", "client end") { client, server in
        client.say(size)
        _ = server.hear(size)
        server.say(2 * size)
        _ = client.hear(2 * size)
        client.close()
        _ = server.hearAll()
        server.close()
      },
      Course("half-closed before the answer", "client end") { client, server in
        client.say(size)
        client.finish()
        _ = server.hearAll()
        server.say(size)
        server.close()
        _ = client.hearAll()
        client.close()
      },
      Course("the server speaks and ends first", "backend end") { client, server in
        server.say(size)
        server.finish()
        _ = client.hearAll()
        client.say(size)
        client.close()
        _ = server.hearAll()
        server.close()
      },
      Course("nothing is said", "client end") { client, server in
        client.close()
        _ = server.hearAll()
        server.close()
      },
      Course("much in both directions", "client end") { client, server in
        let much = 100_000 + size
        for _ in 0..<3 {
          client.say(much)
          _ = server.hear(much)
          server.say(much)
          _ = client.hear(much)
        }
        client.finish()
        _ = server.hearAll()
        server.close()
        _ = client.hearAll()
        client.close()
      },
    ]
  }

  private static func torn(_ size: Int) -> [Course] {
    [
      Course("the client resets", "client reset") { client, server in
        client.say(size)
        _ = server.hear(size)
        client.reset()
        _ = server.hearAll()
        server.close()
      },
      Course("the server resets in an answer", "backend reset") { client, server in
        client.say(size)
        _ = server.hear(size)
        server.say(size)
        _ = client.hear(size)
        server.reset()
        _ = client.hearAll()
        client.close()
      },
      Course("the server closes with bytes unread", "backend reset") { client, server in
        client.say(size)
        _ = server.waitForUnread(size)
        server.close()
        _ = client.hearAll()
        client.close()
      },
      Course("the client resets behind its end", "client reset") { client, server in
        client.say(size)
        client.finish()
        _ = server.hearAll()
        client.reset()
        server.say(size)
        _ = server.waitForReset()
        server.close()
      },
    ]
  }

  /// Fetches the recording of each session that the log tells of, replays it, and says what differed.
  private static func replay(_ stage: AdminStage, _ sessions: [LogEntry]) throws {
    for session in sessions {
      let id = try #require(session["id"])
      let answer = try stage.ask("GET", "/sessions/\(id)/recording")
      #expect(answer.status == 200, "\(answer.body)")
      let run = try RunSetup(reading: answer.body)
      #expect(answer.body.contains("record 0: \(session.ending)"), "\(answer.body)")
      #expect(run.perform().findings == [], "\(session)\n\(answer.body)")
    }
  }

  @Test("recorded sessions of all endings replay to the same records")
  func replays() throws {
    let stage = try AdminStage(extra: "workers: 2\nrecord: recent")
    let count = LongTests.areAsked ? 200 : 36
    var expected: [String] = []
    for number in 0..<count {
      let courses = Self.courses(number / 9)
      let course = courses[number % courses.count]
      let (client, server) = try stage.session()
      course.play(client, server)
      expected.append(course.ending)
      #expect(stage.proxy.tells(ofSessions: number + 1))
    }
    let sessions = stage.proxy.sessions
    #expect(sessions.map(\.ending) == expected)
    try Self.replay(stage, sessions)
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("what porxy itself ends: a silent session, one that an administrator resets, one whose backend refuses")
  func replaysOwnEndings() throws {
    let stage = try AdminStage(extra: "workers: 1\nrecord: recent\ntimeouts: {idle: 2s}")
    let idle = try stage.session()
    idle.client.say(7)
    _ = idle.server.hear(7)
    #expect(stage.proxy.tells(ofSessions: 1))
    let ended = try stage.session()
    ended.client.say(9)
    _ = ended.server.hear(9)
    let list = try stage.ask("GET", "/sessions?format=text").body.split(separator: "\n")
    let id = try #require(list.last?.split(separator: "\t").first)
    #expect(stage.status("POST", "/sessions/\(id)/reset") == 200)
    #expect(stage.proxy.tells(ofSessions: 2))
    stage.server.close()
    let refused = try? Peer.connect(to: stage.proxy.fronts[0])
    #expect(stage.proxy.tells(ofSessions: 3))
    refused?.close()
    #expect(stage.proxy.sessions.map(\.ending) == ["porxy timeout", "porxy admin", "backend refused"])
    try Self.replay(stage, stage.proxy.sessions)
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("an open session has a recording, too, and the command writes it to a file")
  func writesOpenOnes() throws {
    let stage = try AdminStage(extra: "workers: 2\nrecord: recent\nlog: {level: info, format: json, sessions: off}")
    let (client, server) = try stage.session()
    client.say(300)
    _ = server.hear(300)
    let list = try stage.ask("GET", "/sessions?format=text").body.split(separator: "\n")
    let id = String(try #require(list.last?.split(separator: "\t").first))
    let file = stage.folder.newPath("open.run")
    let record = try Invocation(["record", id, "--output", file, "--admin", stage.path])
    #expect(record.ending == "exit 0" && record.output.isEmpty, "\(record.output)")
    let open = try Invocation(["replay", file])
    #expect(
      open.ending == "exit 0" && open.output.contains("300 bytes") && !open.output.contains("record 0"),
      "\(open.output)")
    client.close()
    _ = server.hearAll()
    server.close()
    #expect(
      Deadline.usual.awaits { (try? stage.ask("GET", "/sessions/\(id)/recording").body.contains("record 0")) ?? false })
    let ended = try Invocation(["record", id, "--admin", stage.path])
    #expect(ended.output.contains("record 0: client end, 300 to backend, 0 to client\n"), "\(ended.output)")
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("what is not recorded is told: another session, and any where nothing is recorded")
  func complains() throws {
    let stage = try AdminStage(extra: "record: recent")
    let other = try Invocation(["record", "0-9-77", "--admin", stage.path])
    #expect(other.ending == "exit 1" && other.output.contains("no session 0-9-77 is recorded"), "\(other.output)")
    #expect(try Invocation(["record", "me", "--admin", stage.path]).ending == "exit 2")
    let plain = try AdminStage()
    let none = try Invocation(["record", "0-1-1", "--admin", plain.path])
    #expect(none.ending == "exit 1" && none.output.contains("'record: recent'"), "\(none.output)")
    #expect(stage.proxy.stop() == "exit 0" && plain.proxy.stop() == "exit 0")
  }
}
