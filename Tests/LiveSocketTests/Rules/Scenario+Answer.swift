extension Scenario {
  /// ANSWER: an error while writing to a side says nothing about what can still be read from it.
  static let answers = [
    Scenario("the server answers and closes without reading the request") { stage in
      let (client, server) = try stage.pair()
      client.say(50_000)
      let arrived = server.waitForUnread(50_000)
      _ = server.hear(10)
      server.say(16)
      server.close()
      return ["\(arrived)", "\(client.waitForReset())", "\(client.hearAll())", client.readOnce()]
    },
    Scenario("an early answer is whole, ten times") { stage in
      try (0..<10).map { _ in
        let (client, server) = try stage.pair()
        client.say(100_000)
        server.say(100_000)
        // Linux drops with a reset what has not been acknowledged yet, with a proxy or without.
        let left = server.waitUntilTaken()
        server.close()
        return "\(left), \(client.hearAll())"
      }
    },
    Scenario("an early answer while the client goes on writing") { stage in
      let (client, server) = try stage.pair()
      client.say(1000)
      _ = server.hear(10)
      server.say(40_000)
      let arrived = client.waitForUnread(40_000)
      server.close()
      let error = client.streamUntilError()
      return ["\(arrived)", error, "\(client.hearAll())", client.say(1)]
    },
    Scenario("an early answer against full buffers") { stage in
      let (client, server) = try stage.pair()
      let filled = client.fill().end
      server.say(30_000)
      let arrived = client.waitForUnread(30_000)
      server.close()
      return [filled, "\(arrived)", "\(client.waitForReset())", "\(client.hearAll())"]
    },
    Scenario("an answer with an end, then a close without reading") { stage in
      let (client, server) = try stage.pair()
      client.say(20_000)
      let arrived = server.waitForUnread(20_000)
      server.say(300)
      server.finish()
      let answer = client.hearAll()
      server.close()
      return ["\(arrived)", "\(answer)", "\(client.waitForReset())", client.writeUntilError(), client.readOnce()]
    },
    Scenario("the server answers, ends, and goes on reading the request") { stage in
      let (client, server) = try stage.pair()
      client.say(1000)
      server.say(500)
      server.finish()
      let answer = client.hearAll()
      client.say(100_000)
      let request = server.hear(101_000)
      client.close()
      return ["\(answer)", "\(request)", "\(server.hearAll())"]
    },
    Scenario("the server's refusal in a line, then its close, with the request on the way") { stage in
      stage.server.listen()
      let client = try stage.connect()
      client.say(3000)
      let server = try stage.server.accept()
      let arrived = server.waitForUnread(3000)
      server.say(25)
      server.close()
      return ["\(arrived)", "\(client.hearAll())"]
    },
    Scenario("the client's last words are whole though it does not read the answer") { stage in
      let (client, server) = try stage.pair()
      server.say(5000)
      let arrived = client.waitForUnread(5000)
      client.say(60_000)
      client.close()
      return ["\(arrived)", "\(server.hearAll())", server.writeUntilError()]
    },
  ]
}
