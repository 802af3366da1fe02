import TestSupport
import Testing

/// TOLD: each session ends with exactly one log line, which says who ended it, how, when, and what was carried.
@Suite(.paced) struct TellingTests {
  /// A way for a session to end, and what is to be told of it.
  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    let ending: String
    let phases: [String]
    let toBackend: Int
    let toClient: Int
    let play: @Sendable (Stage) throws -> Void

    var testDescription: String { name }
  }

  @Test("a session is told of once", arguments: stories)
  func tells(_ story: Story) throws {
    let stage = try Stage(through: "")
    try story.play(stage)
    let proxy = try #require(stage.proxy)
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.holdsNothing())
    let told = proxy.sessions
    #expect(told.count == 1)
    let entry = try #require(told.first)
    #expect(entry.ending == story.ending, "\(entry)")
    #expect(story.phases.contains(entry["phase"] ?? ""), "\(entry)")
    #expect(entry[count: "bytes_to_backend"] == story.toBackend, "\(entry)")
    #expect(entry[count: "bytes_to_client"] == story.toClient, "\(entry)")
    #expect(entry["listener"] == "in0" && entry["backend"] == "out0", "\(entry)")
    #expect(entry["client"]?.hasPrefix("127.0.0.1:") == true, "\(entry)")
    #expect(entry["client_local"] == "127.0.0.1:\(stage.front.port)", "\(entry)")
    #expect(entry["duration_ms"].flatMap { Double($0) } ?? -1 >= 0, "\(entry)")
    if story.ending != "backend refused" {
      #expect(entry["backend_peer"] == "127.0.0.1:\(stage.server.address.port)", "\(entry)")
      #expect(entry["connect_ms"].flatMap { Double($0) } ?? -1 >= 0, "\(entry)")
    }
  }

  private static let stories = [
    Story(
      name: "the client ends first", ending: "client end", phases: ["draining", "half-closed"], toBackend: 100,
      toClient: 7
    ) { stage in
      let (client, server) = try stage.pair()
      client.say(100)
      client.finish()
      _ = server.hearAll()
      server.say(7)
      server.close()
      _ = client.hearAll()
    },
    Story(
      name: "the backend ends first", ending: "backend end", phases: ["draining", "half-closed"], toBackend: 0,
      toClient: 3000
    ) { stage in
      let (client, server) = try stage.pair()
      server.say(3000)
      server.close()
      _ = client.hearAll()
      client.close()
    },
    Story(name: "the client resets", ending: "client reset", phases: ["streaming"], toBackend: 5, toClient: 0) {
      stage in
      let (client, server) = try stage.pair()
      client.say(5)
      _ = server.hear(5)
      client.reset()
      _ = server.hearAll()
    },
    Story(name: "the backend resets", ending: "backend reset", phases: ["streaming"], toBackend: 0, toClient: 9) {
      stage in
      let (client, server) = try stage.pair()
      server.say(9)
      _ = client.hear(9)
      server.reset()
      _ = client.hearAll()
    },
    Story(
      name: "the backend resets after the client's end", ending: "backend reset", phases: ["half-closed"], toBackend: 4,
      toClient: 0
    ) { stage in
      let (client, server) = try stage.pair()
      client.say(4)
      client.finish()
      _ = server.hearAll()
      server.reset()
      _ = client.hearAll()
    },
    Story(
      name: "the backend refuses", ending: "backend refused", phases: ["connecting"], toBackend: 0, toClient: 0
    ) { stage in
      _ = try? stage.connect().hearAll()
    },
  ]

  @Test("what was taken and not delivered is told")
  func tellsWhatWasLost() throws {
    let stage = try Stage(through: "")
    let (client, server) = try stage.pair(receiveBuffer: 8192)
    let said = server.fill(32 << 20).count
    client.reset()
    _ = server.hearAll()
    let proxy = try #require(stage.proxy)
    #expect(proxy.tells(ofSessions: 1))
    let entry = try #require(proxy.sessions.first)
    let lost = entry[count: "undelivered_to_client"]
    #expect(lost > 0 && entry[count: "bytes_to_client"] + lost <= said, "\(entry)")
  }

  @Test("sessions that end together are told of one by one")
  func tellsOfEach() throws {
    let stage = try Stage(through: "")
    let pairs = try (0..<30).map { _ in try stage.pair() }
    for (index, pair) in pairs.enumerated() {
      if index.isMultiple(of: 2) { pair.client.reset() } else { pair.server.reset() }
    }
    let proxy = try #require(stage.proxy)
    #expect(proxy.tells(ofSessions: 30))
    #expect(proxy.holdsNothing())
    #expect(proxy.sessions.count == 30)
    #expect(Set(proxy.sessions.compactMap { $0["client"] }).count == 30)
  }
}
