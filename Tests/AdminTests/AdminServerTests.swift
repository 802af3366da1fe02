import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import PorxyAdmin

/// The admin server on the simulated network: what its clients see, however they behave.
@Suite(.timed) struct AdminServerTests {
  private static let large = String(repeating: "0123456789abcdef", count: 1 << 16)

  private static let routes: [AdminRoute] = [
    AdminRoute(.get, "/probe", from: .probes) { _, _ in .now(.text(.ok, "probe\n")) },
    AdminRoute(.get, "/read/*", from: .reads) { request, _ in .now(.text(.ok, request.path[1])) },
    AdminRoute(.get, "/", from: .reads, isPage: true) { _, _ in .now(.text(.ok, "page\n")) },
    AdminRoute(.get, "/large", from: .reads) { _, _ in .now(.text(.ok, large)) },
    AdminRoute(.post, "/change", from: .everything) { request, _ in .now(.text(.ok, "\(request.body.count)\n")) },
    AdminRoute(.get, "/later", from: .everything) { _, _ in .later(.seconds(2)) },
  ]

  /// The ports of three doors.
  private static let (everything, reads, probes): (UInt16, UInt16, UInt16) = (1, 2, 3)

  private func world(seed: Seed = Seed(1), limits: HostLimits = HostLimits()) throws -> AdminWorld {
    let world = AdminWorld(Self.routes, seed: seed, limits: limits)
    try world.open(Door(.everything, hasPage: true), port: Self.everything)
    try world.open(Door(.reads, hosts: ["porxy.example"]), port: Self.reads)
    try world.open(Door(.probes), port: Self.probes)
    return world
  }

  private static func get(_ path: String, host: String = "127.0.0.1", _ more: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\(more)\r\n"
  }

  /// Nothing is left of connections that are over.
  private func expectNothingLeft(_ world: AdminWorld) {
    #expect(world.connectionCount == 0 && world.conduitsLent == 0)
  }

  @Test("an answer has its length and what protects a browser, and no answer to HEAD has a body")
  func answers() throws {
    let client = try world().ask(Self.reads, Self.get("/read/x%20y"))
    #expect(
      client.text == """
        HTTP/1.1 200 OK\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Length: 3\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        Content-Security-Policy: default-src 'self'\r
        Connection: keep-alive\r
        \r
        x y
        """)
    #expect(client.end == nil)
    let head = try world().ask(Self.reads, "HEAD /read/xyz HTTP/1.0\r\n\r\n")
    #expect(head.text.contains("Content-Length: 3\r\n") && head.text.hasSuffix("Connection: close\r\n\r\n"))
    #expect(head.end == "END")
  }

  @Test(
    "what each door has",
    arguments: [
      ("GET /probe", [200, 200, 200]), ("GET /read/x", [200, 200, 404]), ("GET /nothing", [404, 404, 404]),
      ("GET /", [200, 404, 404]), ("GET /change", [405, 404, 404]), ("POST /change", [200, 405, 405]),
      ("POST /probe", [405, 405, 405]), ("POST /nothing", [404, 405, 405]), ("PUT /probe", [501, 501, 501]),
      ("GET /read", [404, 404, 404]), ("GET /read/x/y", [404, 404, 404]), ("GET /read/", [200, 200, 404]),
      ("HEAD /probe", [200, 200, 200]),
    ])
  func doors(request: String, statuses: [Int]) throws {
    for (port, status) in zip([Self.everything, Self.reads, Self.probes], statuses) {
      let client = try world().ask(port, "\(request) HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")
      #expect(client.statuses == [status], "door \(port)")
      #expect((client.end == nil) == (status == 200 || status == 404 || client.text.contains("keep-alive")))
    }
  }

  @Test("one handler may answer every request, of any host and method, and keep connections for longer")
  func answersAll() throws {
    let server = AdminServer<SimulatedTransport>(
      answering: { request, ticket in
        var response = Response(request.body.isEmpty ? .noContent : .created, contentType: "a/b", body: request.body)
        response.fields = ["X-Number: \(ticket.number)"]
        return .now(response)
      }, keepingFor: .seconds(60))
    let world = AdminWorld(server)
    try world.open(Door(.everything), port: 1)
    let client = try world.connect(1, saying: "DELETE /x HTTP/1.1\r\nHost: any.name:1\r\n\r\n")
    world.run(for: .milliseconds(100))
    #expect(
      world.clients[client].text == """
        HTTP/1.1 204 No Content\r
        X-Number: 1\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        Content-Security-Policy: default-src 'self'\r
        Connection: keep-alive\r
        \r

        """)
    world.run(for: .seconds(50))
    world.say("PATCH /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n".utf8, client)
    world.run(for: .milliseconds(100))
    #expect(world.clients[client].statuses == [204, 201])
    #expect(world.clients[client].text.hasSuffix("\r\n\r\nhi"))
    #expect(world.clients[client].text.contains("Content-Type: a/b\r\nContent-Length: 2\r\nX-Number: 2\r\n"))
    world.run(for: .seconds(61))
    #expect(world.clients[client].end == "END")
    expectNothingLeft(world)
  }

  @Test("405 says what may be done instead")
  func allows() throws {
    #expect(try world().ask(Self.everything, Self.get("/change")).text.contains("\r\nAllow: POST\r\n"))
    let post = try world().ask(Self.everything, "POST /probe HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(post.text.contains("\r\nAllow: GET, HEAD\r\n"))
  }

  @Test(
    "a page of another site cannot have a browser ask by a name of its own",
    arguments: [
      ("127.0.0.1", 200), ("10.0.0.1:9180", 200), ("[2001:db8::1]:80", 200), ("localhost", 200), ("LOCALHOST:1", 200),
      ("porxy.example", 200), ("PORXY.example:80", 200), ("evil.example", 421), ("localhost.evil.example", 421),
      ("xporxy.example", 421), ("127.0.0.1.evil.example", 421), ("1", 421),
    ])
  func hosts(host: String, status: Int) throws {
    #expect(try world().ask(Self.reads, Self.get("/read/x", host: host)).statuses == [status])
    #expect(try world().ask(Self.everything, Self.get("/read/x", host: host)).statuses == [200])
  }

  @Test("requests that come at once are answered one after the other, and all of them")
  func pipelines() throws {
    let world = try world()
    let many = (0..<100).map { Self.get("/read/\($0)") }.joined()
    let client = try world.connect(Self.reads, saying: many + Self.get("/read/last", "Connection: close\r\n"))
    world.run(for: .seconds(1))
    #expect(world.clients[client].statuses == [Int](repeating: 200, count: 101))
    let bodies = world.clients[client].text.split(separator: "\r\n\r\n").dropFirst().map {
      $0.prefix { $0 != "H" }
    }
    #expect(bodies.map(String.init) == (0..<100).map { "\($0)" } + ["last"])
    #expect(world.clients[client].end == "END")
    world.leave(client, .orderly)
    world.run(for: .milliseconds(50))
    expectNothingLeft(world)
  }

  @Test("a request that dribbles in is answered, and so is one whose client has ended")
  func dribbles() throws {
    let world = try world()
    let client = try world.connect(Self.everything)
    for byte in ("POST /change HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n123456789").utf8 {
      world.say([byte], client)
      world.run(for: .milliseconds(20))
    }
    #expect(world.clients[client].text.hasSuffix("\r\n\r\n9\n"))
    let ended = try world.connect(Self.reads, saying: Self.get("/read/x"))
    world.finish(ended)
    world.run(for: .milliseconds(100))
    #expect(world.clients[ended].statuses == [200] && world.clients[ended].end == "END")
  }

  @Test("a client that goes away leaves nothing behind, wherever it was", arguments: [Closing.orderly, .abortive])
  func goes(closing: Closing) throws {
    let world = try world()
    let texts = ["", "GET /re", Self.get("/later"), Self.get("/large"), "POST /change HTTP/1.1\r\nHost: a\r\n"]
    for text in texts {
      let client = try world.connect(Self.everything, saying: text)
      if text.contains("large") { world.stopReading(client) }
      world.run(for: .milliseconds(50))
      #expect(world.connectionCount == 1, "\(text)")
      world.leave(client, closing)
      // Who asks for what comes later is noticed when the answer cannot be written.
      world.run(for: text.contains("later") ? .seconds(4) : .milliseconds(1200))
      expectNothingLeft(world)
    }
  }

  @Test("who does not ask in time is cut, and hears why if it had begun")
  func cutsSlowRequests() throws {
    let world = try world()
    let idle = try world.connect(Self.reads)
    let slow = try world.connect(Self.reads)
    for _ in 0..<99 {
      world.say("G".utf8, slow)
      world.run(for: .milliseconds(100))
    }
    #expect(world.clients[idle].end == nil && world.clients[slow].received.isEmpty)
    world.run(for: .milliseconds(300))
    #expect(world.clients[idle].end == "END" && world.clients[idle].received.isEmpty)
    #expect(world.clients[slow].statuses == [408])
    world.run(for: .seconds(2))
    expectNothingLeft(world)
  }

  @Test("who does not take its answer is cut, and others are answered meanwhile")
  func cutsSlowReaders() throws {
    let world = try world()
    let stuck = try world.connect(Self.reads, saying: Self.get("/large"))
    world.stopReading(stuck)
    world.run(for: .seconds(5))
    #expect(try world.ask(Self.reads, Self.get("/read/x")).statuses == [200])
    #expect(world.conduitsLent <= 1)
    let slow = try world.connect(Self.reads, saying: Self.get("/large", "Connection: close\r\n"))
    world.run(for: .seconds(1))
    #expect(world.clients[slow].received.count > Self.large.utf8.count && world.clients[slow].end == "END")
    world.run(for: .seconds(20), step: .milliseconds(20))
    expectNothingLeft(world)
  }

  @Test("an answer may come later, and where none comes the client hears so")
  func answersLater() throws {
    let world = try world()
    let first = try world.connect(Self.everything, saying: Self.get("/later") + Self.get("/read/x"))
    world.run(for: .seconds(1))
    #expect(world.clients[first].received.isEmpty)
    world.answer(1, .text(.ok, "at last\n"))
    world.run(for: .milliseconds(50))
    #expect(world.clients[first].statuses == [200, 200] && world.clients[first].text.contains("at last\n"))
    let second = try world.connect(Self.everything, saying: Self.get("/later"))
    world.run(for: .milliseconds(2100))
    #expect(world.clients[second].statuses == [503])
    // Nobody waits for these.
    world.answer(3, .text(.ok, "too late\n"))
    world.answer(77, .text(.ok, "never asked for\n"))
    world.run(for: .milliseconds(50))
    #expect(!world.clients[second].text.contains("too late"))
  }

  @Test("two hundred who ask for nothing keep nobody from an answer, and take no place of the door for everything")
  func makesRoom() throws {
    let world = try world()
    for _ in 0..<200 { _ = try world.connect(Self.reads) }
    world.run(for: .milliseconds(500))
    #expect(world.connectionCount == AdminLimits.readersMax)
    #expect(try world.ask(Self.everything, Self.get("/probe")).statuses == [200])
    let late = try world.connect(Self.reads, saying: Self.get("/probe"))
    world.run(for: .seconds(10), step: .milliseconds(20))
    #expect(world.clients[late].statuses == [200])
    #expect(world.clients.dropLast(2).allSatisfy { $0.received.isEmpty })
    for _ in 0..<200 { _ = try world.connect(Self.everything) }
    world.run(for: .milliseconds(1))
    #expect(world.connectionCount <= AdminLimits.connectionsMax)
    world.run(for: .seconds(60), step: .milliseconds(200))
    #expect(world.clients.filter { $0.statuses != [200] }.allSatisfy { $0.end == "END" }, "each is cut")
    expectNothingLeft(world)
  }

  @Test("a door that closes lets answers out and nobody in")
  func closesADoor() throws {
    let world = try world()
    let door = try world.open(Door(.everything), port: 4)
    let idle = try world.connect(4)
    let waits = try world.connect(4, saying: Self.get("/later"))
    world.run(for: .milliseconds(50))
    world.close(door: door)
    let late = try world.connect(4, saying: Self.get("/probe"))
    world.run(for: .milliseconds(50))
    #expect(world.clients[idle].end == "END" && !world.clients[late].isConnected)
    world.answer(1, .text(.ok, "out\n"))
    world.run(for: .milliseconds(50))
    #expect(world.clients[waits].text.hasSuffix("Connection: close\r\n\r\nout\n") && world.clients[waits].end == "END")
    world.leave(waits, .orderly)
    world.run(for: .milliseconds(50))
    #expect(try world.open(Door(.probes), port: 4) == door, "its place is used again")
  }

  @Test("a door whose listening socket is destroyed is told of, and can be opened again")
  func losesDoors() throws {
    let world = try world()
    let client = try world.connect(Self.reads, saying: Self.get("/probe"))
    world.run(for: .milliseconds(50))
    world.network.loseListeners(of: world.host)
    world.run(for: .milliseconds(50))
    #expect(try world.reopenLost([Self.everything, Self.reads, Self.probes]).sorted() == [0, 1, 2])
    #expect(try world.reopenLost([]).isEmpty)
    world.say(Self.get("/read/x").utf8, client)
    #expect(try world.ask(Self.reads, Self.get("/read/x")).statuses == [200])
    #expect(world.clients[client].statuses == [200, 200], "who was in stays in")
  }

  @Test("a shortage of descriptors passes")
  func bearsShortages() throws {
    let world = try world()
    world.network.inject(Fault(.descriptorsOnAccept, on: "porxy"))
    let client = try world.connect(Self.reads, saying: Self.get("/probe"))
    world.run(for: .seconds(1))
    #expect(world.clients[client].received.isEmpty)
    world.network.heal()
    world.run(for: .milliseconds(200))
    #expect(world.clients[client].statuses == [200])
  }

  @Test(
    "random clients take nothing with them, and a good one is answered behind them", arguments: 0..<20 as Range<UInt64>)
  func fuzz(seed: UInt64) throws {
    var limits = HostLimits()
    // Small, so that answers come in many pieces.
    (limits.sendCapacity, limits.receiveCapacity, limits.bufferCapacity) = (8192, 12_288, 1000)
    let world = try world(seed: Seed(seed), limits: limits)
    var generator = Xoshiro256(seed: seed)
    let texts = [
      Self.get("/large"), Self.get("/probe"), Self.get("/later"), Self.get("/read/x", "Connection: close\r\n"),
      "POST /change HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n" + String(repeating: "x", count: 3000),
      "GET / HTTP/1.1\r\nHo", "\0\0\0", "POST /change HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
    ]
    for _ in 0..<150 {
      let client: Int
      if world.clients.isEmpty || generator.chance(1, in: 3) {
        client = try world.connect(UInt16(generator.integer(in: 1...3)))
      } else {
        client = generator.integer(in: 0...world.clients.count - 1)
      }
      switch generator.below(8) {
      case 0: world.finish(client)
      case 1: world.leave(client, .abortive)
      case 2: world.leave(client, .orderly)
      case 3: world.stopReading(client)
      default:
        var bytes = Array(generator.pick(texts).utf8)
        if generator.chance(1, in: 3) {
          bytes[generator.integer(in: 0...bytes.count - 1)] = UInt8(generator.below(256))
        }
        world.say(
          bytes.prefix(generator.chance(1, in: 2) ? bytes.count : generator.integer(in: 0...bytes.count)), client)
      }
      world.run(for: .milliseconds(generator.integer(in: 0...40)), step: .milliseconds(4))
      #expect(world.connectionCount <= AdminLimits.connectionsMax)
      #expect(world.conduitsLent <= 2 * AdminLimits.connectionsMax)
    }
    let good = try world.connect(Self.everything, saying: Self.get("/probe"))
    world.run(for: .seconds(3), step: .milliseconds(4))
    #expect(world.clients[good].statuses == [200])
    for client in world.clients.indices { world.leave(client, .orderly) }
    world.run(for: .seconds(60), step: .milliseconds(200))
    expectNothingLeft(world)
  }
}
