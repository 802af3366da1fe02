import Glibc

extension Scenario {
  /// REFUSED: a backend that cannot be reached is a reset for the client at once, never a clean end. Directly it shows
  /// at connect(), through a proxy right after it.
  static let refusals = [
    Scenario("nobody listens") { stage in [try knock(stage) { _ in "silent" }] },
    Scenario("nobody listens, and the client has said something") { stage in [try knock(stage) { $0.say(1000) }] },
    Scenario("nobody listens, and the client has ended") { stage in [try knock(stage) { $0.finish() }] },
    Scenario("nobody listens, and the client has said something and ended") { stage in
      [
        try knock(stage) {
          let said = $0.say(70_000)
          $0.finish()
          return said
        }
      ]
    },
    Scenario("nobody listens, fifty times, then somebody does") { stage in
      let refused = try (0..<50).map { _ in try knock(stage) { _ in "silent" } }
      let (client, server) = try stage.pair()
      return refused + [client.say(5), "\(server.hear(5))"]
    },
    Scenario("the server stops listening, and a session goes on") { stage in
      let (client, server) = try stage.pair()
      stage.server.close()
      let refused = try knock(stage) { _ in "silent" }
      return [refused, client.say(4), "\(server.hear(4))", server.say(5), "\(client.hear(5))"]
    },
    Scenario("nobody listens on IPv6", isV6: true) { stage in [try knock(stage) { _ in "silent" }] },
  ]

  /// Connects and says what came of it: `refused`, if that shows within a second, or what else was observed.
  private static func knock(_ stage: Stage, _ speak: (Peer) -> String) throws -> String {
    do {
      let client = try stage.connect()
      // A reset that is there before the words takes their error (kernel rule R2).
      if speak(client) == "ECONNRESET" { return "refused" }
      let heard = client.hearAll(by: Deadline(in: .seconds(1)))
      return heard == Received(count: 0, end: "ECONNRESET") ? "refused" : "\(heard)"
    } catch let failure as SocketFailure where [ECONNREFUSED, ECONNRESET].contains(failure.code) {
      return "refused"
    }
  }
}
