import Glibc
import TestSupport
import Testing

@testable import porxy

/// What porxy tells of its sessions, listeners and counters while it runs, and what can be done with them.
@Suite(.paced) struct ObservingTests {
  /// More than a worker looks at in one turn.
  private static let many = 270

  private static func list(_ stage: AdminStage, _ query: String = "") throws -> JSONFields {
    let answer = try stage.ask("GET", "/sessions\(query)")
    #expect(answer.status == 200, "\(answer.body)")
    return try JSONFields(Array(answer.body.dropLast().utf8))
  }

  private static func ids(_ fields: JSONFields) throws -> [String] {
    try fields.objects("sessions", atMost: 10_000) { (session) throws(JSONFields.Mistake) in try session.text("id") }
  }

  private static func overview(_ stage: AdminStage) throws -> Overview {
    try Overview(json: Array(try stage.ask("GET", "/overview").body.dropLast().utf8))
  }

  /// The value of a sample, by the beginning of its line.
  private static func sample(_ stage: AdminStage, _ name: String) throws -> Double? {
    let lines = try stage.ask("GET", "/metrics").body.split(separator: "\n")
    return lines.first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
  }

  @Test("each session is in the list once, in whatever parts its worker was asked", arguments: [1, 2])
  func listsAll(workers: Int) throws {
    let stage = try AdminStage(extra: "workers: \(workers)")
    let sessions = try (0..<Self.many).map { _ in try stage.session() }
    let ids = try Self.ids(try Self.list(stage, "?limit=10000"))
    #expect(ids.count == Self.many && Set(ids).count == Self.many)
    #expect(try Self.list(stage, "?limit=3").count("matching") == Self.many)
    #expect(try Self.ids(try Self.list(stage, "?limit=3")).count == 3)
    #expect(try Self.list(stage, "?listener=in0&backend=out0&client=127.0.0.1").count("matching") == Self.many)
    for none in ["listener=in", "backend=in0", "client=127.0.0.2"] {
      #expect(try Self.list(stage, "?\(none)").count("matching") == 0, "\(none)")
    }
    #expect(try Self.sample(stage, "porxy_sessions{listener=\"in0\",backend=\"out0\"}") == Double(Self.many))
    #expect(sessions.count == Self.many && AdminStage.isAlive(sessions[Self.many / 2]))
  }

  @Test("what makes no sense in a query is refused")
  func refuses() throws {
    let stage = try AdminStage()
    for query in ["limit=0", "limit=10001", "limit=x", "sort=size", "client=localhost"] {
      #expect(stage.status("GET", "/sessions?\(query)") == 400, "\(query)")
    }
    for id in ["x", "0-0", "0-0-0", "0-0-1-1"] { #expect(stage.status("GET", "/sessions/\(id)") == 400, "\(id)") }
    for target in ["/sessions/0-0-1/reset", "/sessions/9-0-1/end", "/listeners/out0/pause"] {
      #expect(stage.status("POST", target) == 404, "\(target)")
    }
    #expect(stage.status("GET", "/sessions/9-0-1") == 404)
  }

  @Test("the largest comes first where that is asked for")
  func sorts() throws {
    let stage = try AdminStage()
    let sessions = try (0..<3).map { _ in try stage.session() }
    for (session, count) in zip(sessions, [20, 3000, 100]) {
      session.client.say(count)
      #expect(session.server.hear(count).count == count)
    }
    let fields = try Self.list(stage, "?sort=bytes")
    let bytes = try fields.objects("sessions", atMost: 3) { (session) throws(JSONFields.Mistake) in
      try session.count("bytes_to_backend") as Int
    }
    #expect(bytes == [3000, 100, 20])
  }

  @Test("a session that is reset on request ends for both peers, and is told and counted as that")
  func resets() throws {
    let stage = try AdminStage()
    let (one, other) = (try stage.session(), try stage.session())
    one.client.say(33)
    #expect(one.server.hear(33).count == 33)
    let id = try #require(try Self.ids(try Self.list(stage, "?sort=bytes")).first)
    #expect(try stage.ask("GET", "/sessions/\(id)").body.contains("\"client_tcp\":{\"rtt_ms\":"))
    #expect(stage.status("POST", "/sessions/\(id)/reset") == 200)
    #expect(one.client.hear(1).end == "ECONNRESET" && one.server.hear(1).end == "ECONNRESET")
    #expect(stage.status("POST", "/sessions/\(id)/reset") == 404)
    #expect(AdminStage.isAlive(other))
    let ends = "porxy_sessions_total{listener=\"in0\",backend=\"out0\",how=\"admin\",ended_by=\"porxy\"}"
    #expect(try Self.sample(stage, ends) == 1)
    #expect(Deadline.usual.awaits { stage.proxy.sessions.contains { $0["id"] == id && $0["how"] == "admin" } })
    #expect(try Self.overview(stage).ended.map(\.id) == [id])
  }

  @Test("a paused listener serves again once it is resumed, and a look says which it is")
  func pauses() throws {
    let stage = try AdminStage()
    #expect(stage.status("POST", "/listeners/in0/pause") == 200)
    let client = try Peer.connect(to: stage.proxy.fronts[0])
    client.say(4)
    let paused = try Self.overview(stage)
    #expect(paused.listeners[0].isHeld && paused.listeners[0].pause != nil && paused.head.accepted == 0)
    #expect(client.staysOpen(.milliseconds(200)) && paused.sessions.isEmpty)
    #expect(stage.status("POST", "/listeners/in0/resume") == 200)
    let server = try stage.server.accept()
    #expect(server.hear(4).count == 4)
    let resumed = try Self.overview(stage)
    #expect(!resumed.listeners[0].isHeld && resumed.listeners[0].pause == nil && resumed.head.accepted == 1)
  }

  @Test("a look shows who does not read, and how much was lost when that ends")
  func showsStalls() throws {
    let stage = try AdminStage(extra: "relay: copy")
    let session = try stage.session()
    #expect(session.client.fill().count > 0)
    let isSeen = Deadline.usual.awaits { (try? Self.overview(stage).sessions.first?.stall) == .backend }
    #expect(isSeen)
    let stalled = try #require(try Self.overview(stage).sessions.first)
    #expect(stalled.held.toBackend > 0 && stalled.held.toClient == 0)
    session.client.reset()
    session.server.reset()
    #expect(Deadline.usual.awaits { (try? Self.overview(stage).ended.first?.undelivered.toBackend ?? 0) ?? 0 > 0 })
    #expect(try Self.overview(stage).head.sessions == 0)
  }

  @Test("no counter goes back while porxy reloads, and Prometheus' tool takes each page", .needs(.promtool))
  func countsOn() throws {
    let stage = try AdminStage()
    let file = TemporaryFolder.read(stage.proxy.config)
    var last = 0.0
    for round in 0..<10 {
      let session = try stage.session()
      session.client.say(10)
      #expect(session.server.hear(10).count == 10)
      TemporaryFolder.replace(stage.proxy.config, by: file + "limits: {sessions: \(100 + round)}\n")
      #expect(stage.status("POST", "/reload") == 200)
      let bytes = try #require(
        try Self.sample(stage, "porxy_relayed_bytes_total{listener=\"in0\",backend=\"out0\",direction=\"to_backend\"}"))
      #expect(bytes == last + 10)
      last = bytes
    }
    #expect(try Self.sample(stage, "porxy_reloads_total{result=\"done\"}") == 10)
    #expect(try Self.sample(stage, "porxy_config_generation") == 11)
    #expect(try Self.sample(stage, "porxy_sessions_max") == 109)
    let page = stage.folder.write(try stage.ask("GET", "/metrics").body, as: "metrics.txt")
    let check = try Invocation(script: "promtool check metrics < \"$1\"", page)
    #expect(check.ending == "exit 0" && check.output.isEmpty, "\(check.output)")
  }

  @Test("what a worker counted is there after it has ended, though others still serve")
  func countsToTheEnd() throws {
    let stage = try AdminStage(extra: "workers: 2\ntimeouts: {drain: 60s}")
    var sessions = try (0..<40).map { _ in try stage.session() }
    let ids = try Self.ids(try Self.list(stage, "?limit=100"))
    // Both workers have some: the kernel shares clients out at random.
    #expect(Set(ids.map { $0.prefix(2) }).count == 2)
    #expect(try Self.sample(stage, "porxy_sessions{listener=\"in0\",backend=\"out0\"}") == 40)
    #expect(stage.status("POST", "/drain") == 200)
    let kept = sessions.removeLast()
    for session in sessions {
      session.client.close()
      session.server.close()
    }
    let isDown = Deadline.usual.awaits {
      (try? Self.sample(stage, "porxy_sessions{listener=\"in0\",backend=\"out0\"}")) == 1
    }
    #expect(isDown)
    for worker in 0..<2 { #expect(try Self.sample(stage, "porxy_worker_answered{worker=\"\(worker)\"}") == 1) }
    #expect(try Self.sample(stage, "porxy_listener_listening{listener=\"in0\"}") == 0)
    #expect(AdminStage.isAlive(kept))
  }

  @Test("a listener that is paused stays so, and is shown so, when a reload changes it")
  func staysPaused() throws {
    let stage = try AdminStage()
    #expect(stage.status("POST", "/listeners/in0/pause") == 200)
    let file = TemporaryFolder.read(stage.proxy.config)
    TemporaryFolder.replace(stage.proxy.config, by: file + "timeouts: {user: 7s}\n")
    #expect(stage.status("POST", "/reload") == 200)
    #expect(try Self.overview(stage).listeners[0].isHeld)
    #expect(try Self.sample(stage, "porxy_listener_paused{listener=\"in0\"}") == 1)
    #expect(stage.status("POST", "/listeners/in0/resume") == 200)
    #expect(AdminStage.isAlive(try stage.session()))
  }

  @Test("the page is there where it is asked for, with its parts, and nowhere else")
  func servesThePage() throws {
    let port = try ServerSocket().address.port
    let stage = try AdminStage(more: ", http: {address: 127.0.0.1, port: \(port), page: true}")
    let door = Address(port: port)
    for path in ["/", "/page.css", "/page.js", "/page.svg", "/page.events", "/overview", "/metrics", "/sessions"] {
      #expect(try HTTPClient.get(door, path) == 200, "\(path)")
    }
    let event = try HTTPClient.ask(door, "GET /page.events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      .text
    #expect(
      event.contains("Content-Type: text/event-stream") && event.contains("\r\n\r\nretry: 1000\nevent: overview\n"))
    let request = "POST /listeners/in0/pause HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    #expect(try HTTPClient.ask(door, request).status == 405)
    #expect(stage.status("GET", "/") == 200)
    let other = try ServerSocket().address.port
    let plain = try AdminStage(more: ", http: {address: 127.0.0.1, port: \(other)}")
    for path in ["/", "/page.js", "/page.events"] {
      #expect(try HTTPClient.get(Address(port: other), path) == 404, "\(path)")
    }
    #expect(plain.status("GET", "/overview") == 200)
  }
}
