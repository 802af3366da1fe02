extension Scenario {
  /// RESET, of connections that carry nothing just then: a cut stream never ends cleanly.
  static let resets = [
    Scenario("the server resets an idle session") { stage in
      let (client, server) = try stage.pair()
      client.say(1)
      _ = server.hear(1)
      server.reset()
      return ["\(client.hearAll())", client.readOnce(), client.writeUntilError()]
    },
    Scenario("the client resets an idle session") { stage in
      let (client, server) = try stage.pair()
      server.say(1)
      _ = client.hear(1)
      client.reset()
      return ["\(server.hearAll())", server.readOnce(), server.writeUntilError()]
    },
    Scenario("the server resets at once") { stage in
      let (client, server) = try stage.pair()
      server.reset()
      return ["\(client.hearAll())"]
    },
    Scenario("the client resets at once", mayPassUnseen: true) { stage in
      stage.server.listen()
      try stage.connect().reset()
      // Not to connect to the server for a client that is gone is as good (ACCEPT).
      guard let server = try? stage.server.accept(by: Deadline(in: .milliseconds(500))) else {
        return ["0 bytes then ECONNRESET"]
      }
      return ["\(server.hearAll())"]
    },
    Scenario("the error is taken by SO_ERROR first") { stage in
      let (client, server) = try stage.pair()
      server.reset()
      return ["\(client.waitForReset())", client.takeError(), client.takeError(), client.readOnce()]
    },
    Scenario("the error is taken by a write first") { stage in
      let (client, server) = try stage.pair()
      server.reset()
      return ["\(client.waitForReset())", client.say(1), client.readOnce(), client.say(1)]
    },
    Scenario("the server takes the client's reset by a write first") { stage in
      let (client, server) = try stage.pair()
      client.reset()
      return ["\(server.waitForReset())", server.say(1), server.readOnce(), server.say(1)]
    },
    Scenario("the server ends, then resets") { stage in
      let (client, server) = try stage.pair()
      server.finish()
      let greeting = client.hearAll()
      server.reset()
      return ["\(greeting)", "\(client.waitForReset())", client.readOnce(), client.takeError(), client.say(1)]
    },
    Scenario("the client ends, then resets") { stage in
      let (client, server) = try stage.pair()
      client.say(1)
      client.finish()
      let request = server.hearAll()
      client.reset()
      return ["\(request)", "\(server.waitForReset())", server.writeUntilError(), "\(server.hearAll())"]
    },
    Scenario("the client ends, then the server resets") { stage in
      let (client, server) = try stage.pair()
      client.finish()
      let request = server.hearAll()
      server.reset()
      return ["\(request)", "\(client.hearAll())", client.writeUntilError()]
    },
    Scenario("the server ends, then the client resets") { stage in
      let (client, server) = try stage.pair()
      server.say(1000)
      server.finish()
      let heard = client.waitForUnread(1000)
      client.reset()
      return ["\(heard)", "\(server.waitForReset())", server.takeError(), server.readOnce()]
    },
    Scenario("both reset at the same time, twenty times") { stage in
      stage.server.listen()
      return try (0..<20).map { _ in
        let (client, server) = try stage.pair()
        client.reset()
        server.reset()
        return "done"
      }
    },
    Scenario("thirty resets by the server, one after the other") { stage in
      try (0..<30).map { _ in
        let (client, server) = try stage.pair()
        server.reset()
        return "\(client.hearAll())"
      }
    },
    Scenario("a reset over IPv6", isV6: true) { stage in
      let (client, server) = try stage.pair()
      server.say(10)
      let heard = client.hear(10)
      server.reset()
      return ["\(heard)", "\(client.hearAll())"]
    },
  ]
}
