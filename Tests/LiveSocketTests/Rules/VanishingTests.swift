import Testing

/// VANISHES: who stays silent for good is given up by the timeouts of the configuration, and the other side is reset.
struct VanishingTests {
  private static let impatient = "timeouts: {user: 1s, keepalive: {idle: 1s, interval: 1s, count: 2}}"

  @Test("the server falls silent with data on the way", arguments: ConnectionRuleTests.relays)
  func serverWithData(_ relay: String) throws {
    let stage = try Stage(through: "relay: \(relay)\n\(Self.impatient)")
    let (client, server) = try stage.pair()
    client.say(10)
    #expect(server.hear(10).count == 10)
    server.fallSilent()
    client.say(1000)
    #expect(client.hearAll() == Received(count: 0, end: "ECONNRESET"))
    try expectOneEnding("backend vanished", stage)
  }

  @Test("the client falls silent with data on the way", arguments: ConnectionRuleTests.relays)
  func clientWithData(_ relay: String) throws {
    let stage = try Stage(through: "relay: \(relay)\n\(Self.impatient)")
    let (client, server) = try stage.pair()
    client.fallSilent()
    server.say(1000)
    #expect(server.hearAll() == Received(count: 0, end: "ECONNRESET"))
    try expectOneEnding("client vanished", stage)
  }

  @Test("the server falls silent and nobody has anything to say")
  func serverIdle() throws {
    let stage = try Stage(through: Self.impatient)
    let (client, server) = try stage.pair()
    server.fallSilent()
    #expect(client.hearAll() == Received(count: 0, end: "ECONNRESET"))
    try expectOneEnding("backend vanished", stage)
  }

  @Test("the client falls silent and nobody has anything to say")
  func clientIdle() throws {
    let stage = try Stage(through: Self.impatient)
    let (client, server) = try stage.pair()
    client.fallSilent()
    #expect(server.hearAll() == Received(count: 0, end: "ECONNRESET"))
    try expectOneEnding("client vanished", stage)
  }

  @Test("what the server sent before it fell silent arrives before the reset")
  func lastWords() throws {
    let stage = try Stage(through: Self.impatient)
    let (client, server) = try stage.pair()
    server.say(30_000)
    #expect(client.waitForUnread(30_000))
    server.fallSilent()
    client.say(10)
    #expect(client.waitForReset())
    #expect(client.hearAll() == Received(count: 30_000, end: "ECONNRESET"))
  }

  @Test("a server that does not answer the call is given up in time")
  func connectTimeout() throws {
    let stage = try Stage(through: "timeouts: {connect: 400ms}")
    stage.server.listen()
    stage.server.fallSilent()
    let began = ContinuousClock.now
    let client = try stage.connect()
    #expect(client.hearAll() == Received(count: 0, end: "ECONNRESET"))
    #expect(ContinuousClock.now - began >= .milliseconds(300))
    try expectOneEnding("porxy timeout", stage)
  }

  @Test("a client that leaves while the server does not answer is forgotten at once")
  func leavesWhileConnecting() throws {
    let stage = try Stage(through: "")
    stage.server.listen()
    stage.server.fallSilent()
    let client = try stage.connect()
    let proxy = try #require(stage.proxy)
    #expect(Deadline.usual.awaits { proxy.facts.socketCount == proxy.socketsAtStart + 2 })
    client.reset()
    try expectOneEnding("client reset", stage)
  }

  @Test("a session without a byte for too long is ended")
  func idleTimeout() throws {
    let stage = try Stage(through: "timeouts: {idle: 300ms}")
    let (client, server) = try stage.pair()
    client.say(10)
    #expect(server.hear(10).count == 10)
    #expect(client.hearAll() == Received(count: 0, end: "ECONNRESET"))
    #expect(server.hearAll() == Received(count: 0, end: "ECONNRESET"))
    try expectOneEnding("porxy timeout", stage)
  }

  private func expectOneEnding(_ ending: String, _ stage: Stage) throws {
    let proxy = try #require(stage.proxy)
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.sessions.map(\.ending) == [ending])
    #expect(proxy.holdsNothing())
    #expect(proxy.child.isRunning)
  }
}
