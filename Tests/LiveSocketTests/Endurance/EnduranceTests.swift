import Glibc
import TestSupport
import Testing

/// What only shows after a while: long streams, many sessions, nobody who reads the log.
@Suite(.serialized, .paced)
struct EnduranceTests {
  @Test("64 MiB each way in random pieces with random pauses", .long, arguments: Relay.modes)
  func longStreams(_ relay: String) throws {
    let stage = try Stage(through: "relay: \(relay)")
    let (client, server) = try stage.pair()
    let count = 64 << 20
    var exchange = Exchange(client, says: count, server, says: count, seed: 64, pauses: true)
    let heard = exchange.run(by: Deadline(in: .seconds(120)))
    #expect(heard == ["\(count) bytes then END", "\(count) bytes then END"])
    let proxy = try #require(stage.proxy)
    client.close()
    server.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.sessions.first?[count: "bytes_to_client"] == count)
    #expect(proxy.sessions.first?[count: "bytes_to_backend"] == count)
  }

  /// `PORXY_SESSIONS` says how many.
  private static let sessionCount = Relay.environment("PORXY_SESSIONS").flatMap { Int($0) } ?? 5000

  @Test(
    "thousands of sessions ended in every way leave nothing behind",
    arguments: LongTests.all(["auto", "splice"], orFirst: 1))
  func manySessions(_ relay: String) throws {
    let stage = try Stage(through: "relay: \(relay)\nworkers: 2")
    let absent = try Stage(through: "relay: \(relay)\nworkers: 2")
    stage.server.listen(backlog: 1024)
    let proxy = try #require(stage.proxy)
    let steady = try stage.pair()
    var crowd = Crowd(stage: stage, absent: absent)
    // Buffers, pipes and tables are there after the first thousand.
    try crowd.end(1000)
    let warm = proxy.facts.residentSize
    try crowd.end(relay == "auto" ? Self.sessionCount : Self.sessionCount / 4)

    #expect(proxy.tells(ofSessions: crowd.count, by: Deadline(in: .seconds(30))))
    #expect(proxy.sessionCount == crowd.count)
    #expect(absent.proxy?.tells(ofSessions: crowd.refusedCount) == true)
    steady.client.say(10)
    #expect(steady.server.hear(10).count == 10, "a session beside it all is not touched")
    steady.client.close()
    steady.server.close()
    #expect(proxy.holdsNothing() && absent.proxy?.holdsNothing() == true)
    #expect(proxy.facts.descriptorCount < proxy.socketsAtStart + 200, "\(proxy.facts.descriptors.count)")
    #expect(proxy.facts.residentSize < warm + (8 << 20), "from \(warm) to \(proxy.facts.residentSize)")
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a log that nobody reads does not stall the proxy")
  func unreadLog() throws {
    var ends: [Int32] = [-1, -1]
    #expect(unsafe pipe(&ends) == 0)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { for end in ends { close(end) } }
    let server = try ServerSocket()
    server.listen()
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], output: ends[1])
    // A pipe takes 64 KiB, a session's line has several hundred bytes.
    for _ in 0..<1000 {
      let client = try Peer.connect(to: proxy.fronts[0])
      let peer = try server.accept()
      client.say(1)
      let heard = peer.hear(1)
      peer.reset()
      #expect(heard.count == 1 && client.hearAll().end == "ECONNRESET")
    }
    #expect(proxy.holdsNothing())
    #expect(proxy.child.isRunning)
  }
}
