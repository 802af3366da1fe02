extension Scenario {
  /// RESET, with bytes on the way: what was sent before is passed on first, as far as the other side takes it.
  static let cutStreams = [
    Scenario("the server sends and resets, the client has read nothing yet") { stage in
      let (client, server) = try stage.pair()
      server.say(60_000)
      server.reset()
      return ["\(client.hearAll())", client.readOnce(), client.writeUntilError()]
    },
    Scenario("the client sends and resets, the server has read nothing yet") { stage in
      let (client, server) = try stage.pair()
      client.say(60_000)
      client.reset()
      return ["\(server.hearAll())", server.readOnce(), server.writeUntilError()]
    },
    Scenario("all of it has arrived when the server resets") { stage in
      let (client, server) = try stage.pair()
      server.say(50_000)
      let arrived = client.waitForUnread(50_000)
      server.reset()
      return ["\(arrived)", "\(client.waitForReset())", "\(client.hearAll())", client.readOnce()]
    },
    Scenario("a write takes the error while bytes are still to be read") { stage in
      let (client, server) = try stage.pair()
      server.say(50)
      let arrived = client.waitForUnread(50)
      server.reset()
      return ["\(arrived)", "\(client.waitForReset())", client.say(1), "\(client.hearAll())", client.say(1)]
    },
    Scenario("the server sends, ends and resets at once") { stage in
      let (client, server) = try stage.pair()
      server.say(30_000)
      server.finish()
      let arrived = client.waitForUnread(30_000)
      server.reset()
      return ["\(arrived)", "\(client.hearAll())"]
    },
    Scenario("a stream to a client that does not read is cut, and the client reads at once") { stage in
      let (client, server) = try stage.pair()
      let said = server.fill(96 << 20).count
      server.reset()
      let heard = client.hearAll()
      return [heard.count < said ? "part" : "all", heard.end]
    },
    Scenario("a stream to a client that does not read is cut, and the client reads after the reset") { stage in
      let (client, server) = try stage.pair()
      let said = server.fill(96 << 20).count
      server.reset()
      let isReset = client.waitForReset(by: Deadline(in: .seconds(5)))
      let heard = client.hearAll()
      return ["\(isReset)", heard.count < said ? "part" : "all", heard.count > 0 ? "some" : "none", heard.end]
    },
    Scenario("a stream to a server that does not read is cut") { stage in
      let (client, server) = try stage.pair()
      let said = client.fill(96 << 20).count
      client.reset()
      let heard = server.hearAll()
      return [heard.count < said ? "part" : "all", heard.count > 0 ? "some" : "none", heard.end]
    },
    Scenario("a client with small buffers gets what its kernel had room for") { stage in
      let (client, server) = try stage.pair(receiveBuffer: 8192)
      let said = server.fill(8 << 20).count
      server.reset()
      let isReset = client.waitForReset(by: Deadline(in: .seconds(5)))
      let heard = client.hearAll()
      return ["\(isReset)", heard.count < said ? "part" : "all", heard.count > 4096 ? "some" : "none", heard.end]
    },
    Scenario("the server closes without having read") { stage in
      let (client, server) = try stage.pair()
      client.say(10)
      let arrived = server.waitForUnread(10)
      server.close()
      return ["\(arrived)", "\(client.hearAll())", client.readOnce(), client.writeUntilError()]
    },
    Scenario("the client closes without having read") { stage in
      let (client, server) = try stage.pair()
      server.say(50_000)
      let arrived = client.waitForUnread(50_000)
      client.close()
      return ["\(arrived)", "\(server.hearAll())", server.writeUntilError()]
    },
    Scenario("the client closes without having read all, behind its own last words") { stage in
      let (client, server) = try stage.pair()
      server.say(1000)
      let arrived = client.waitForUnread(1000)
      client.say(30_000)
      let taken = server.waitForUnread(30_000)
      client.close()
      return ["\(arrived)", "\(taken)", "\(server.hearAll())"]
    },
    Scenario("a reset in the middle of streams both ways") { stage in
      let (client, server) = try stage.pair()
      let said = [client.fill().end, server.fill().end]
      client.reset()
      let heard = server.hearAll()
      return said + [heard.count > 0 ? "some" : "none", heard.end, server.writeUntilError()]
    },
    Scenario("data after the server's end, then the client resets") { stage in
      let (client, server) = try stage.pair()
      server.finish()
      let greeting = client.hearAll()
      client.say(20_000)
      client.reset()
      return ["\(greeting)", "\(server.hearAll())"]
    },
  ]
}
