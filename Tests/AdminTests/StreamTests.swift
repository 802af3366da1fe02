import PorxyCore
import PorxySimulation
import TestSupport
import Testing

@testable import PorxyAdmin

/// Answers that go on, on the simulated network: what their readers get, and what bad ones can take from others.
@Suite(.timed) struct StreamTests {
  private static let routes: [AdminRoute] = [
    AdminRoute(.get, "/probe", from: .probes) { _, _ in .now(.text(.ok, "probe\n")) },
    AdminRoute(.get, "/stream", from: .reads, isStream: true) { _, _ in .now(.stream(contentType: "text/plain")) },
    AdminRoute(.get, "/later", from: .reads, isStream: true) { _, _ in .later(.seconds(2)) },
    AdminRoute(.get, "/wrong", from: .reads, isStream: true) { _, _ in .now(.text(.badRequest, "no\n")) },
  ]

  private static let (everything, reads): (UInt16, UInt16) = (1, 2)
  private static let ask = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
  private static let later = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
  private static let probe = "GET /probe HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n"
  /// An event of 1 KiB.
  private static let event = [UInt8](repeating: UInt8(ascii: "x"), count: 1023) + [UInt8(ascii: "\n")]

  private func world(seed: Seed = Seed(1), limits: HostLimits = HostLimits()) throws -> AdminWorld {
    let world = AdminWorld(Self.routes, seed: seed, limits: limits)
    try world.open(Door(.everything), port: Self.everything)
    try world.open(Door(.reads, hosts: ["a"]), port: Self.reads)
    return world
  }

  /// A client that reads a stream, the `number`th request of this world.
  private func reader(_ world: AdminWorld, _ port: UInt16 = everything, _ text: String = ask) throws -> Int {
    let client = try world.connect(port, saying: text)
    world.run(for: .milliseconds(50))
    return client
  }

  private func expectNothingLeft(_ world: AdminWorld) {
    #expect(world.connectionCount == 0 && world.conduitsLent == 0 && world.streamCount == 0)
  }

  /// What a client got behind the head.
  private func body(_ world: AdminWorld, _ client: Int) -> String {
    let text = world.clients[client].text
    return text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
  }

  @Test("a stream has no length, lasts through any silence, and ends behind its last byte when its door closes")
  func goesOn() throws {
    let world = try world()
    let door = try world.open(Door(.everything), port: 3)
    let client = try reader(world, 3)
    #expect(
      world.clients[client].text == """
        HTTP/1.1 200 OK\r
        Content-Type: text/plain\r
        Cache-Control: no-store\r
        X-Content-Type-Options: nosniff\r
        Content-Security-Policy: default-src 'self'\r
        Connection: close\r
        \r

        """)
    for word in ["one\n", "two\n"] {
      world.run(for: .seconds(400), step: .seconds(1))
      #expect(world.append(word.utf8, to: 1))
      world.run(for: .milliseconds(50))
      #expect(world.clients[client].text.hasSuffix(word))
    }
    #expect(world.clients[client].end == nil && world.conduitsLent == 0)
    #expect(world.append("three\n".utf8, to: 1))
    world.close(door: door)
    #expect(!world.append("too late\n".utf8, to: 1))
    world.run(for: .milliseconds(50))
    #expect(body(world, client) == "one\ntwo\nthree\n" && world.clients[client].end == "END")
    world.run(for: .seconds(2))
    #expect(world.takeEndedStreams() == [1])
    expectNothingLeft(world)
  }

  @Test("who never reads is held a bounded number of bytes, takes nothing from others, and is cut")
  func neverReads() throws {
    let world = try world()
    let stuck = try reader(world)
    world.stopReading(stuck)
    let good = try reader(world)
    var (taken, sent) = (0, 0)
    for _ in 0..<2000 {
      if world.append(Self.event, to: 1) { taken += 1 }
      #expect(world.append(Self.event, to: 2))
      sent += 1
      if sent % 8 == 0 { world.run(for: .milliseconds(2)) }
    }
    world.run(for: .milliseconds(50))
    #expect(body(world, good).utf8.count == sent * Self.event.count)
    // Both kernels hold some, too.
    let held = taken * Self.event.count
    #expect(AdminLimits.streamHeldMax...(AdminLimits.streamHeldMax + (1 << 20)) ~= held, "\(held)")
    #expect(!world.append(Self.event, to: 1) && world.conduitsLent <= 1)
    world.run(for: .seconds(50), step: .milliseconds(100))
    #expect(world.takeEndedStreams().isEmpty)
    world.run(for: .seconds(20), step: .milliseconds(100))
    #expect(world.takeEndedStreams() == [1] && world.connectionCount == 1)
    #expect(world.append("on\n".utf8, to: 2))
    world.run(for: .milliseconds(50))
    #expect(body(world, good).hasSuffix("\non\n"))
  }

  @Test("who reads on in time gets all that had room, in order, and what comes then")
  func readsAgain() throws {
    var limits = HostLimits()
    (limits.sendCapacity, limits.receiveCapacity, limits.bufferCapacity) = (8192, 12_288, 1000)
    let world = try world(limits: limits)
    let client = try reader(world)
    var expected = ""
    for round in 0..<5 {
      world.stopReading(client)
      var number = 0
      while world.append("\(round) \(number)\n".utf8, to: 1) {  // bound: what a stream holds
        expected += "\(round) \(number)\n"
        number += 1
        if number % 4096 == 0 { world.run(for: .milliseconds(1)) }
      }
      world.run(for: .seconds(40), step: .milliseconds(100))
      world.readAgain(client)
      world.run(for: .seconds(3))
      #expect(body(world, client) == expected && number > 10_000)
    }
    #expect(world.clients[client].end == nil && world.takeEndedStreams().isEmpty)
  }

  @Test("a client that ends its direction gets what is there, and one that closes or resets is gone at once")
  func leaves() throws {
    var limits = HostLimits()
    (limits.sendCapacity, limits.receiveCapacity, limits.bufferCapacity) = (8192, 12_288, 1000)
    let world = try world(limits: limits)
    for (number, closing) in [(UInt64(1), Closing?.none), (2, .orderly), (3, .abortive)] {
      let client = try reader(world)
      world.stopReading(client)
      // More than the kernels hold.
      for _ in 0..<100 { #expect(world.append(Self.event, to: number)) }
      world.run(for: .milliseconds(50))
      if let closing { world.leave(client, closing) } else { world.finish(client) }
      world.run(for: .milliseconds(50))
      if closing == nil {
        world.readAgain(client)
        world.run(for: .milliseconds(100))
        #expect(body(world, client).utf8.count == 100 * Self.event.count && world.clients[client].end == "END")
      }
      #expect(world.takeEndedStreams() == [number], "\(number)")
    }
    world.run(for: .seconds(2))
    expectNothingLeft(world)
  }

  @Test("one that vanishes is missed in about a minute, whether something is to be told or not", arguments: [0, 1])
  func vanishes(events: Int) throws {
    let world = try world()
    _ = try reader(world)
    _ = try reader(world)
    world.loseClients()
    for _ in 0..<events { #expect(world.append(Self.event, to: 1)) }
    world.run(for: .seconds(100), step: .milliseconds(100))
    #expect(world.takeEndedStreams().sorted() == [1, 2])
    expectNothingLeft(world)
  }

  @Test("readers by TCP leave places for the unix socket, and all of them leave places for other requests")
  func boundsPlaces() throws {
    let world = try world()
    for _ in 0..<AdminLimits.streamReadersMax { _ = try reader(world, Self.reads) }
    let refused = try reader(world, Self.reads)
    #expect(world.clients[refused].statuses == [503] && world.clients[refused].text.contains("follow what happens"))
    for _ in AdminLimits.streamReadersMax..<AdminLimits.streamsMax { _ = try reader(world) }
    let also = try reader(world)
    #expect(world.clients[also].statuses == [503])
    #expect(world.streamCount == AdminLimits.streamsMax && world.takeEndedStreams().isEmpty)
    for port in [Self.everything, Self.reads] {
      #expect(try world.ask(port, Self.probe).statuses == [200], "\(port)")
    }
    // The connection of the one that was refused goes on.
    world.say(Self.probe.utf8, also)
    world.leave(0, .abortive)
    world.run(for: .milliseconds(50))
    #expect(world.clients[also].statuses == [503, 200])
    let next = try reader(world, Self.reads)
    #expect(world.clients[next].statuses == [200] && world.clients[next].end == nil)
  }

  @Test("HEAD and an answer that is none take no place for longer than they last")
  func givesPlacesBack() throws {
    let world = try world()
    let head = try reader(world, Self.everything, "HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" + Self.probe)
    #expect(world.clients[head].statuses == [200, 200] && world.clients[head].text.hasSuffix("\r\n\r\nprobe\n"))
    let wrong = try reader(world, Self.everything, "GET /wrong HTTP/1.1\r\nHost: a\r\n\r\n" + Self.probe)
    #expect(world.clients[wrong].statuses == [400, 200])
    #expect(world.streamCount == 0 && world.takeEndedStreams() == [1, 3])
  }

  @Test("a stream may begin later, and what its client sends meanwhile is no request")
  func beginsLater() throws {
    let world = try world()
    let client = try reader(world, Self.everything, Self.later + String(repeating: Self.probe, count: 2000))
    #expect(!world.append(Self.event, to: 1) && world.streamCount == 1)
    world.answer(1, .stream(contentType: "text/plain"))
    #expect(world.append("now\n".utf8, to: 1))
    world.run(for: .milliseconds(200))
    #expect(world.clients[client].statuses == [200] && body(world, client) == "now\n")
    #expect(world.clients[client].unsent.isEmpty && world.conduitsLent == 0, "it is read and dropped")
    let late = try reader(world, Self.everything, Self.later)
    world.run(for: .seconds(3), step: .milliseconds(10))
    #expect(world.clients[late].statuses == [503] && world.takeEndedStreams() == [2])
    let gone = try reader(world, Self.everything, Self.later)
    world.leave(gone, .abortive)
    world.run(for: .milliseconds(50))
    world.answer(3, .stream(contentType: "text/plain"))
    world.run(for: .milliseconds(50))
    #expect(world.takeEndedStreams() == [3] && world.streamCount == 1)
  }

  @Test("a stream that begins behind a closed door is over at once")
  func beginsTooLate() throws {
    let world = try world()
    let door = try world.open(Door(.everything), port: 3)
    let client = try reader(world, 3, Self.later)
    world.close(door: door)
    world.answer(1, .stream(contentType: "text/plain"))
    world.run(for: .milliseconds(50))
    #expect(world.clients[client].statuses == [200] && world.clients[client].end == "END")
    #expect(world.takeEndedStreams() == [1])
  }

  @Test("random readers hold what is bounded, and leave nothing behind", arguments: 0..<20 as Range<UInt64>)
  func fuzz(seed: UInt64) throws {
    var limits = HostLimits()
    (limits.sendCapacity, limits.receiveCapacity, limits.bufferCapacity) = (8192, 12_288, 1000)
    let world = try world(seed: Seed(seed), limits: limits)
    var generator = Xoshiro256(seed: seed)
    var ended: [UInt64] = []
    for _ in 0..<200 {
      let client: Int
      if world.clients.isEmpty || generator.chance(1, in: 3) {
        client = try world.connect(UInt16(generator.integer(in: 1...2)))
        world.say(generator.pick([Self.ask, Self.later, Self.probe, "GET /str"]).utf8, client)
      } else {
        client = generator.integer(in: 0...world.clients.count - 1)
      }
      switch generator.below(10) {
      case 0: world.finish(client)
      case 1: world.leave(client, .abortive)
      case 2: world.leave(client, .orderly)
      case 3: world.stopReading(client)
      case 4: world.readAgain(client)
      case 5: world.answer(UInt64(generator.integer(in: 1...60)), .text(.ok, "no stream\n"))
      default:
        for _ in 0..<generator.integer(in: 0...400) {
          _ = world.append(Self.event, to: UInt64(generator.integer(in: 1...60)))
        }
      }
      world.run(for: .milliseconds(generator.integer(in: 0...40)), step: .milliseconds(4))
      ended += world.takeEndedStreams()
      #expect(world.streamCount <= AdminLimits.streamsMax && world.connectionCount <= AdminLimits.connectionsMax)
      #expect(world.conduitsLent <= 2 * AdminLimits.connectionsMax)
    }
    for client in world.clients.indices { world.leave(client, .orderly) }
    world.run(for: .seconds(90), step: .milliseconds(200))
    ended += world.takeEndedStreams()
    #expect(Set(ended).count == ended.count, "each is told of once")
    expectNothingLeft(world)
    #expect(try world.ask(Self.reads, Self.probe).statuses == [200])
  }
}
