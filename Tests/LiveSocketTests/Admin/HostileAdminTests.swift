import Glibc
import TestSupport
import Testing

@testable import porxy

/// Clients of the admin server that mean no good, and a machine that has nothing left.
@Suite(.paced) struct HostileAdminTests {
  private static let large = String(repeating: "x", count: 1 << 20)

  /// What a hostile client says, and whether it ends its direction behind that.
  private static let habits: [(text: String, finishes: Bool)] = [
    ("", false), ("GET /status", false), ("GET /" + large, false), ("\0\r\n\u{1}", false),
    ("GET / HTTP/1.1\nHost: a\n\n", false),
    ("POST /reload HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n", false),
    ("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n" + large, true), ("GET /config", true),
    (String(repeating: "GET /config HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", count: 2000), false), ("", true),
  ]

  @Test("two hundred at a time harm no session, and each is answered or cut", .timeLimit(.minutes(5)))
  func bearsHostileClients() throws {
    let free = try ServerSocket()
    let address = free.address
    free.close()
    let stage = try AdminStage(more: ", http: {port: \(address.port)}")
    let sessions = try (0..<5).map { _ in try stage.session() }
    // As much as it ever takes for a request.
    _ = try stage.ask("GET", "/config")
    let memory = stage.proxy.facts.residentSize
    var clients: [PeerSocket] = []
    for number in 0..<200 {
      let habit = Self.habits[number % Self.habits.count]
      guard
        let client = number % 2 == 0 ? AdminStage.call(stage.path) : try Peer.connect(to: address).socket
      else { continue }
      client.send(habit.text)
      if habit.finishes { _ = client.finish() }
      clients.append(client)
    }
    #expect(clients.count >= 150)
    #expect(sessions.allSatisfy(AdminStage.isAlive))
    // Nobody who asks waits for all of them to be cut.
    #expect(Deadline.usual.awaits { stage.status("GET", "/healthz") == 200 })
    #expect(stage.proxy.facts.residentSize < memory + 48 << 20)
    let deadline = Deadline(in: .seconds(90))
    for (number, client) in clients.enumerated() {
      // None of them reads before the end: those that ask again and again are stuck.
      #expect(client.hearText(by: deadline) != nil, "client \(number) is neither answered nor cut")
    }
    #expect(sessions.allSatisfy(AdminStage.isAlive))
    #expect(stage.status("GET", "/healthz") == 200)
    for (client, server) in sessions {
      client.close()
      server.close()
    }
    #expect(stage.proxy.tells(ofSessions: 5))
    #expect(
      stage.proxy.log.allSatisfy { $0["event"] != "call-refused" },
      "nothing is asked of a unix socket that only TCP has")
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("with all places taken, an answer comes within a tenth of a second")
  func answersWhenFull() throws {
    let stage = try AdminStage(extra: "workers: 1", limit: 120)
    var clients: [Peer] = []
    while clients.count < 120 {
      guard let client = try? Peer.connect(to: stage.proxy.fronts[0]) else { break }
      clients.append(client)
      client.say(1)
    }
    #expect(Deadline.usual.awaits { stage.proxy.log.contains { $0["event"] == "listener-paused" } })
    let status = try #require(LogEntry(try stage.ask("GET", "/status").body.dropLast()))
    #expect(status["sessions"] == status["sessions_max"])
    // The quickest of ten: the machine has other things to do, too.
    let times = try (0..<10).map { _ in
      let begun = ContinuousClock.now
      let isGood = try stage.ask("GET", "/healthz").isGood
      #expect(isGood)
      return ContinuousClock.now - begun
    }
    #expect(times.min() ?? .seconds(9) < .milliseconds(100), "\(times)")
    // All that it may have at a time.
    let callers = (0..<32).compactMap { _ in AdminStage.call(stage.path) }
    for caller in callers { caller.send("GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
    #expect(callers.count == 32 && callers.allSatisfy { $0.hearText()?.hasSuffix("ready\n") == true })
    #expect(stage.proxy.log.allSatisfy { $0["error"] == nil })
  }

  @Test("a log that nobody reads keeps nobody from an answer")
  func answersWhileTheLogIsStuck() throws {
    var ends: [Int32] = [-1, -1]
    #expect(unsafe pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let server = try ServerSocket.listening()
    let folder = TemporaryFolder()
    let path = folder.newPath("admin.sock")
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "admin: {socket: \"\(path)\"}", output: ends[1])
    for _ in 0..<400 { _ = try AdminClient(path: path).ask("POST", "/log/level?level=info") }
    #expect(try AdminClient(path: path).ask("GET", "/healthz").isGood)
    proxy.child.signal(SIGKILL)
  }

  @Test("a stopped process answers once it goes on")
  func answersAfterAStop() throws {
    let stage = try AdminStage()
    #expect(stage.status("GET", "/healthz") == 200)
    stage.proxy.child.signal(SIGSTOP)
    let caller = try #require(AdminStage.call(stage.path))
    caller.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    #expect(caller.hearText(by: Deadline(in: .milliseconds(300))) == nil)
    stage.proxy.child.signal(SIGCONT)
    #expect(caller.hearText()?.contains("HTTP/1.1 ") == true)
    #expect(Deadline.usual.awaits { stage.status("GET", "/healthz") == 200 })
  }
}
