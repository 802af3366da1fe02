import TestSupport
import Testing

@testable import porxy

/// What those hear who follow a porxy by its admin doors.
@Suite(.paced) struct EventTests {
  /// The log says nothing of what is looked at here.
  private static let quiet = "workers: 2\nlog: {level: error, sessions: off}"

  private func change(_ stage: AdminStage, _ change: (String) -> String) {
    TemporaryFolder.replace(stage.proxy.config, by: change(TemporaryFolder.read(stage.proxy.config)))
  }

  @Test("begins and ends of sessions are heard whatever the log takes, with how, by whom and what was lost")
  func hearsSessions() throws {
    let stage = try AdminStage(extra: Self.quiet + "\nrelay: copy")
    let follower = try Follower(stage.path, "/events")
    #expect(follower.text.contains("\r\nContent-Type: text/event-stream; charset=utf-8\r\n"))
    let session = try stage.session()
    #expect(session.client.fill().count > 0)
    session.client.reset()
    session.server.reset()
    #expect(follower.hears { $0.count("session") == 1 })
    // Of the start, too, where it heard that.
    let frames = follower.frames.filter { $0.event.hasPrefix("session") }
    #expect(frames.map(\.event) == ["session-began", "session"], "\(frames)")
    #expect(frames.allSatisfy { $0.data["event"] == $0.event })
    #expect(frames[0].data["id"] == frames[1].data["id"] && frames[0].data["listener"] == "in0")
    #expect(frames[0].data["client"] == frames[1].data["client"])
    #expect(frames[1].data["how"] == "reset" && frames[1].data["ended_by"] == "client")
    #expect(frames[1].data[count: "undelivered_to_backend"] > 0)
    let ids = frames.compactMap(\.id)
    #expect(ids.count == 2 && ids[0] < ids[1])
    // Without one who follows, no worker makes a record.
    follower.close()
    let before = try Self.endedCount(stage)
    #expect(before == 1)
    let isQuiet = try Deadline.usual.awaits {
      let seen = try Self.endedCount(stage)
      let session = try stage.session()
      session.client.close()
      session.server.close()
      #expect(Deadline.usual.awaits { (try? Self.openCount(stage)) == 0 })
      return try Self.endedCount(stage) == seen
    }
    #expect(isQuiet && stage.proxy.child.output.isEmpty, "\(stage.proxy.child.output)")
  }

  /// Ends that were told of: as many as there were records of.
  private static func endedCount(_ stage: AdminStage) throws -> Int {
    try Overview(json: Array(try stage.ask("GET", "/overview").body.dropLast().utf8)).ended.count
  }

  private static func openCount(_ stage: AdminStage) throws -> Int {
    try Overview(json: Array(try stage.ask("GET", "/overview").body.dropLast().utf8)).head.sessions
  }

  @Test("reloads, listeners that come, go, pause and resume, and orders are heard")
  func hearsChanges() throws {
    let stage = try AdminStage(extra: Self.quiet)
    let follower = try Follower(stage.path, "/events?level=info")
    let port = try ServerSocket().address.port
    let added = "listeners:\n  - {name: more, backend: out0, address: 127.0.0.1, port: \(port)}\n"
    change(stage) { $0.replacing("listeners:\n", with: added) }
    #expect(stage.status("POST", "/reload") == 200)
    #expect(stage.status("POST", "/listeners/more/pause") == 200)
    #expect(stage.status("POST", "/listeners/more/resume") == 200)
    change(stage) { $0.replacing(added, with: "listeners:\n") }
    #expect(stage.status("POST", "/reload") == 200)
    #expect(follower.hears { $0.count("listener-closed") == 1 })
    change(stage) { $0.replacing("listeners:\n", with: "lsiteners:\n") }
    #expect(stage.status("POST", "/reload") == 409)
    #expect(follower.hears { $0.count("reload-refused") == 1 })
    let events = follower.frames.map(\.event)
    for (event, count) in [
      ("reload-began", 3), ("reload-done", 2), ("reload-refused", 1), ("listening", 1), ("listener-paused", 2),
      ("listener-resumed", 2), ("listener-closed", 1), ("admin-change", 5),
    ] {
      #expect(events.count { $0 == event } == count, "\(event): \(events)")
    }
    let closed = follower.frames.first { $0.event == "listener-closed" }
    #expect(closed?.data["listener"] == "more")
    // A reload that brings another level leaves those who follow what they have.
    let session = try stage.session()
    session.client.close()
    session.server.close()
    #expect(follower.hears { $0.count("session") == 1 } && follower.count("session-began") == 0)
  }

  @Test("who asks for one listener hears of that alone, and what makes no sense is refused")
  func chooses() throws {
    let server = try ServerSocket.listening()
    let folder = TemporaryFolder()
    let path = folder.newPath("admin.sock")
    let backend = "127.0.0.1 \(server.address.port)"
    let proxy = try ProxyProcess(to: [backend, backend], extra: "admin: {socket: \"\(path)\"}")
    let one = try Follower(path, "/events?listener=in1")
    let all = try Follower(path, "/events?level=debug")
    for front in [proxy.fronts[0], proxy.fronts[1], proxy.fronts[0]] {
      let client = try Peer.connect(to: front)
      let end = try server.accept()
      client.close()
      end.close()
    }
    #expect(all.hears { $0.count("session") == 3 } && one.hears { $0.count("session") == 1 })
    #expect(one.frames.map { $0.data["listener"] } == ["in1", "in1"])
    let client = AdminClient(path: path)
    for (target, status, words) in [
      ("/events?listener=in7", 404, "there is no listener in7"), ("/events?level=all", 400, "'all' is no level"),
      ("/log?level=", 400, "there are: error, warning, info, debug"),
    ] {
      let answer = try client.ask("GET", target)
      #expect(answer.status == status && answer.body.contains(words), "\(answer)")
    }
  }

  @Test("the log's lines can be read at another level, and stderr gets no other for that")
  func readsTheLog() throws {
    let stage = try AdminStage(extra: "workers: 1\nlog: {level: info, format: text}")
    let usual = try Follower(stage.path, "/log")
    let debug = try Follower(stage.path, "/log?level=debug")
    #expect(usual.text.contains("\r\nContent-Type: text/plain; charset=utf-8\r\n"))
    for _ in 0..<3 {
      let session = try stage.session()
      session.client.close()
      session.server.close()
    }
    #expect(stage.status("POST", "/reload") == 200)
    #expect(usual.hears { $0.body.contains("configuration reloaded") })
    #expect(debug.hears { $0.body.contains("configuration reloaded") })
    #expect(Deadline.usual.awaits { stage.proxy.child.output.contains("configuration reloaded") })
    let written = stage.proxy.child.output
    let heard = usual.body.split(separator: "\n")
    // What different threads say at the same time may come in another order.
    #expect(heard.count >= 6)
    #expect(written.split(separator: "\n").suffix(heard.count).sorted() == heard.sorted(), "\(written)")
    let lines = debug.body.split(separator: "\n")
    #expect(lines.count { $0.contains(" debug session began: ") } == 3 && !written.contains(" debug "))
    #expect(lines.filter { !$0.contains(" debug ") }.map { $0 + "\n" }.joined() == usual.body)
    // What the log leaves out at every level is in no reading of it.
    let without = try AdminStage(extra: "log: {sessions: off, format: text}")
    let log = try Follower(without.path, "/log?level=debug")
    let events = try Follower(without.path, "/events?format=text")
    let session = try without.session()
    session.client.close()
    session.server.close()
    #expect(events.hears { $0.body.contains(" info session ended by the client: ") })
    #expect(without.status("POST", "/reload") == 200)
    #expect(log.hears { $0.body.contains("configuration reloaded") } && !log.body.contains("session"))
  }

  @Test("who reads too slowly is told how much it has lost, and nobody else loses anything")
  func tellsLosses() throws {
    let stage = try AdminStage(extra: "workers: 1\nlog: {level: error}")
    let (stuck, good) = (try Follower(stage.path, "/events"), try Follower(stage.path, "/events"))
    // What the kernel holds for a unix socket, what porxy holds for the stream, and as much again.
    let enough = 2 * (256 + 256) * 1024 / 800
    var sessions = 0
    while good.frames.count < enough {  // bound: each round brings forty
      for _ in 0..<20 {
        let session = try stage.session()
        session.client.close()
        session.server.close()
      }
      sessions += 20
      let hasAll = good.hears { $0.count("session") >= sessions }
      try #require(hasAll, "\(good.count("session")) of \(sessions)")
    }
    #expect(good.count("session") == sessions && good.count("events-lost") == 0)
    #expect(stuck.hears { $0.count("events-lost") > 0 })
    let last = try stage.session()
    last.client.close()
    last.server.close()
    #expect(stuck.hears { $0.frames.last?.event == "session" && $0.frames.last?.id ?? 0 > 2 * sessions })
    let lost = stuck.frames.filter { $0.event == "events-lost" }.reduce(0) { $0 + $1.data[count: "events"] }
    let heard = stuck.frames.compactMap(\.id)
    #expect(lost > 0 && heard.count + lost == heard.last, "\(heard.count) heard and \(lost) lost of \(heard.last ?? 0)")
    #expect(heard == heard.sorted())
  }

  @Test("when porxy stops, the last event is that, and the stream ends behind it")
  func hearsTheStop() throws {
    let stage = try AdminStage(extra: Self.quiet)
    let follower = try Follower(stage.path, "/events")
    let lines = try Follower(stage.path, "/log?level=info")
    let session = try stage.session()
    #expect(stage.status("POST", "/drain") == 200)
    session.client.close()
    session.server.close()
    #expect(follower.hearsTheEnd() && lines.hearsTheEnd())
    #expect(follower.frames.suffix(2).map(\.event) == ["drained", "stopped"], "\(follower.frames)")
    #expect(lines.body.hasSuffix(" info porxy stopped\n"))
    #expect(stage.proxy.child.waitForExit() == "exit 0")
  }

  @Test("a reload that moves the admin socket ends the streams of the old one, behind what was told")
  func endsWithItsDoor() throws {
    let stage = try AdminStage(extra: Self.quiet)
    let follower = try Follower(stage.path, "/events")
    let other = stage.folder.newPath("other.sock")
    change(stage) { $0.replacing(stage.path, with: other) }
    #expect(stage.status("POST", "/reload") == 200)
    #expect(follower.hearsTheEnd() && follower.count("reload-done") == 1)
    _ = try Follower(other, "/events")
  }

  @Test("as many as may follow keep nobody from an answer, by either door")
  func leavesRoom() throws {
    let port = try ServerSocket().address.port
    let stage = try AdminStage(more: ", http: {address: 127.0.0.1, port: \(port)}")
    let request = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let readers = try (0..<9).map { _ in try Peer.connect(to: Address(port: port)) }
    for reader in readers { reader.socket.send(request) }
    let answers = readers.map { $0.socket.hearText { $0.contains("\r\n\r\n") }?.dropFirst(9).prefix(3) }
    #expect(answers.count { $0 == "200" } == 8 && answers.count { $0 == "503" } == 1, "\(answers)")
    let followers = (0..<5).compactMap { _ in try? Follower(stage.path, "/events") }
    #expect(followers.count == 4)
    #expect(try HTTPClient.get(Address(port: port), "/metrics") == 200 && stage.status("GET", "/healthz") == 200)
    #expect(stage.status("POST", "/reload") == 200)
    #expect(followers.allSatisfy { $0.hears { $0.count("reload-done") == 1 } })
  }
}
