extension Scenario {
  /// BYTES: each direction delivers what it was given, in order, nothing added, dropped or doubled. Every peer checks
  /// every byte it reads.
  static let bytes = [
    Scenario("requests and answers of many sizes arrive whole") { stage in
      let (client, server) = try stage.pair()
      return [1, 2, 100, 1023, 16383, 16384, 16385, 65536, 200_000].flatMap { size in
        var observed = [client.say(size), "\(server.hear(size))"]
        observed += [server.say(size + 1), "\(client.hear(size + 1))"]
        return observed
      }
    },
    Scenario("the server speaks first") { stage in
      let (client, server) = try stage.pair()
      return [server.say(220), "\(client.hear(220))", client.say(7), "\(server.hear(7))"]
    },
    Scenario("both speak at once, a mebibyte each") { stage in
      let (client, server) = try stage.pair()
      var exchange = Exchange(client, says: 1 << 20, server, says: 1 << 20, seed: 1)
      return exchange.run()
    },
    Scenario("a stream to the server in random pieces") { stage in
      let (client, server) = try stage.pair()
      var exchange = Exchange(client, says: 4 << 20, server, says: 0, seed: 2, pieceMax: 20_000)
      return exchange.run()
    },
    Scenario("a stream to the client in random pieces") { stage in
      let (client, server) = try stage.pair()
      var exchange = Exchange(client, says: 0, server, says: 4 << 20, seed: 3, pieceMax: 20_000)
      return exchange.run()
    },
    Scenario("small and large by turns, both ways") { stage in
      let (client, server) = try stage.pair()
      return (0..<40).map { round in
        let size = round.isMultiple(of: 2) ? 3 : 60_000
        client.say(size)
        server.say(size)
        return "\(server.hear(size)) \(client.hear(size))"
      }
    },
    Scenario("three hundred single bytes, each answered") { stage in
      let (client, server) = try stage.pair()
      let whole = (0..<300).allSatisfy { _ in
        client.say(1)
        let heard = server.hear(1)
        server.say(1)
        return heard.count == 1 && client.hear(1).count == 1
      }
      return ["\(whole)"]
    },
    Scenario("bytes sent before the server accepts wait for it") { stage in
      stage.server.listen()
      let client = try stage.connect()
      let said = client.say(5000)
      let server = try stage.server.accept()
      return [said, "\(server.hear(5000))", server.say(9), "\(client.hear(9))"]
    },
    Scenario("a reader that begins late gets all") { stage in
      let (client, server) = try stage.pair(receiveBuffer: 8192)
      let said = server.fill(2 << 20, quiet: .milliseconds(100)).count
      server.finish()
      let heard = client.hearAll()
      return [heard.count == said ? "all" : "\(heard.count) of \(said)", heard.end]
    },
    Scenario("a stream over IPv6", isV6: true) { stage in
      let (client, server) = try stage.pair()
      var exchange = Exchange(client, says: 1 << 20, server, says: 1 << 20, seed: 4)
      return exchange.run()
    },
    Scenario("twenty sessions at once do not mix") { stage in
      stage.server.listen()
      let pairs = try (0..<20).map { _ in try stage.pair() }
      // Each stream is checked from its own beginning, so a byte of a neighbour would be at the wrong place.
      for (index, pair) in pairs.enumerated() {
        pair.client.say(100 + index * 37)
        pair.server.say(5000 + index * 911)
      }
      return pairs.enumerated().map { index, pair in
        "\(pair.server.hear(100 + index * 37)) \(pair.client.hear(5000 + index * 911))"
      }
    },
  ]
}
