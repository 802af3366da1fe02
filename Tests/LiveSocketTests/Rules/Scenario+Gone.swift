extension Scenario {
  /// GONE: a client that has disconnected costs nothing any more, and the server sees what it would have seen direct.
  static let departures = [
    Scenario("the client is gone while the server streams") { stage in
      let (client, server) = try stage.pair()
      server.say(100_000)
      _ = client.hear(10)
      client.close()
      return [server.streamUntilError(), "\(server.hearAll())", server.writeUntilError()]
    },
    Scenario("the client closes, and the server finds out by writing") { stage in
      let (client, server) = try stage.pair()
      client.close()
      return ["\(server.hearAll())", server.writeUntilError(), server.readOnce()]
    },
    Scenario("the client asks, closes, and the server answers nobody") { stage in
      let (client, server) = try stage.pair()
      client.say(100)
      client.close()
      return ["\(server.hearAll())", server.say(10), server.writeUntilError(), "\(server.hearAll())"]
    },
    Scenario("the client closes, and the server streams an answer to nobody") { stage in
      let (client, server) = try stage.pair()
      client.say(100)
      client.close()
      return ["\(server.hearAll())", server.streamUntilError()]
    },
    Scenario("the server closes, and the client streams to nobody") { stage in
      let (client, server) = try stage.pair()
      server.say(100)
      server.close()
      return ["\(client.hearAll())", client.streamUntilError(), client.readOnce()]
    },
    Scenario("the server closes, and the client finds out by writing") { stage in
      let (client, server) = try stage.pair()
      client.say(1)
      _ = server.hear(1)
      server.close()
      return ["\(client.hearAll())", client.writeUntilError(), client.readOnce()]
    },
    Scenario("twenty clients are gone while the server streams, and one stays") { stage in
      stage.server.listen()
      let staying = try stage.pair()
      let streams = try (0..<20).map { _ in
        let (client, server) = try stage.pair()
        server.say(20_000)
        client.reset()
        return server.streamUntilError()
      }
      return streams + [staying.client.say(9), "\(staying.server.hear(9))", "\(staying.client.staysOpen(.zero))"]
    },
  ]
}
