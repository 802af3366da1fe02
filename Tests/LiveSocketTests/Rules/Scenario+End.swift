extension Scenario {
  /// END: an end arrives behind the last byte, and the opposite direction goes on as long as its sides want.
  static let ends = [
    Scenario("the client ends, the server answers late") { stage in
      let (client, server) = try stage.pair()
      client.say(3)
      client.finish()
      let request = server.hearAll()
      let waits = client.staysOpen(.milliseconds(300))
      server.say(8)
      server.close()
      return ["\(request)", "\(waits)", "\(client.hearAll())"]
    },
    Scenario("the server ends, the client goes on sending") { stage in
      let (client, server) = try stage.pair()
      server.say(2)
      server.finish()
      let greeting = client.hearAll()
      let sent = (0..<3).map { _ in client.say(4) + " \(server.hear(4))" }
      client.close()
      return ["\(greeting)"] + sent + ["\(server.hearAll())"]
    },
    Scenario("both end, the client first") { stage in
      let (client, server) = try stage.pair()
      client.finish()
      let first = server.hearAll()
      server.finish()
      return ["\(first)", "\(client.hearAll())", client.readOnce(), server.readOnce()]
    },
    Scenario("both end, the server first") { stage in
      let (client, server) = try stage.pair()
      server.finish()
      let first = client.hearAll()
      client.finish()
      return ["\(first)", "\(server.hearAll())"]
    },
    Scenario("both end at the same time, with last words") { stage in
      let (client, server) = try stage.pair()
      client.say(70_000)
      client.finish()
      server.say(80_000)
      server.finish()
      return ["\(client.hearAll())", "\(server.hearAll())"]
    },
    Scenario("data and an end before the server accepts") { stage in
      stage.server.listen()
      let client = try stage.connect()
      client.say(5)
      client.finish()
      let server = try stage.server.accept()
      let request = server.hearAll()
      server.say(5)
      server.close()
      return ["\(request)", "\(client.hearAll())"]
    },
    Scenario("the client ends at once and still gets its banner, twenty times") { stage in
      stage.server.listen()
      return try (0..<20).map { _ in
        let client = try stage.connect()
        client.finish()
        let server = try stage.server.accept()
        let request = server.hearAll()
        server.say(6)
        server.close()
        return "\(request) \(client.hearAll())"
      }
    },
    Scenario("a client that connects and closes is an end for the server") { stage in
      stage.server.listen()
      try stage.connect().close()
      return ["\(try stage.server.accept().hearAll())"]
    },
    Scenario("a client that sends and closes at once has said it all") { stage in
      stage.server.listen()
      let client = try stage.connect()
      client.say(100_000)
      client.close()
      return ["\(try stage.server.accept().hearAll())"]
    },
    Scenario("an end behind full buffers comes last") { stage in
      let (client, server) = try stage.pair()
      let said = server.fill().count
      server.finish()
      let heard = client.hearAll()
      return ["\(heard.count == said)", heard.end]
    },
    Scenario("an end towards the server behind full buffers comes last") { stage in
      let (client, server) = try stage.pair()
      let said = client.fill().count
      client.finish()
      let heard = server.hearAll()
      server.say(1)
      return ["\(heard.count == said)", heard.end, "\(client.hear(1))"]
    },
    Scenario("a mebibyte of answer after the client's end") { stage in
      let (client, server) = try stage.pair()
      client.finish()
      let request = server.hearAll()
      var exchange = Exchange(client, says: 0, server, says: 1 << 20, seed: 5)
      return ["\(request)"] + exchange.run()
    },
    Scenario("a mebibyte of upload after the server's end") { stage in
      let (client, server) = try stage.pair()
      server.finish()
      let greeting = client.hearAll()
      var exchange = Exchange(client, says: 1 << 20, server, says: 0, seed: 6)
      return ["\(greeting)"] + exchange.run()
    },
    Scenario("who has ended cannot write, and may end again") { stage in
      let (client, server) = try stage.pair()
      let observed = [client.finish(), client.finish(), client.writeUntilError()]
      return observed + ["\(server.hearAll())", server.say(3), "\(client.hear(3))"]
    },
    Scenario("single bytes after the other side's end, one by one") { stage in
      let (client, server) = try stage.pair()
      client.finish()
      let request = server.hearAll()
      return ["\(request)"] + (0..<50).map { _ in server.say(1) + "\(client.hear(1))" }
    },
    Scenario("an end over IPv6", isV6: true) { stage in
      let (client, server) = try stage.pair()
      client.say(3)
      client.finish()
      let request = server.hearAll()
      server.say(4)
      server.close()
      return ["\(request)", "\(client.hearAll())"]
    },
  ]
}
