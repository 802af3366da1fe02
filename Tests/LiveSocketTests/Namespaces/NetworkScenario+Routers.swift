import Glibc

extension NetworkScenario {
  /// REFUSED: a router answers in place of the server. Direct it shows at connect(), through porxy right after it.
  static let refusingRouters = [
    NetworkScenario(
      "that cannot reach it",
      sees: ["host: EHOSTUNREACH", "network: ENETUNREACH", "port: ECONNREFUSED", "prohibited: EHOSTUNREACH"],
      differs: [
        .taken("host", insteadOf: "EHOSTUNREACH"), .taken("network", insteadOf: "ENETUNREACH"),
        .taken("port", insteadOf: "ECONNREFUSED"), .taken("prohibited", insteadOf: "EHOSTUNREACH"),
      ],
      told: ["backend refused", "backend refused", "backend refused", "backend refused"]
    ) { stage in
      let answers: [(String, Internetwork.Verdict)] = [
        ("host", .hostUnreachable), ("network", .netUnreachable), ("port", .portUnreachable),
        ("prohibited", .prohibited),
      ]
      return try answers.map { name, verdict in
        try stage.network.route(.calls, with: verdict)
        return "\(name): \(stage.call())"
      }
    },
    NetworkScenario(
      "and rejects calls with a reset, for a while",
      sees: ["call: ECONNREFUSED", "server: 5 bytes then END"], differs: [.taken("call", insteadOf: "ECONNREFUSED")],
      told: ["backend refused", "client end"]
    ) { stage in
      try stage.network.route(.calls, with: .reset)
      let call = stage.call()
      try stage.network.heal()
      let (client, server) = try stage.pair()
      client.say(5)
      client.close()
      return ["call: \(call)", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and drops calls; who has been connected before goes on",
      sees: ["call: ETIMEDOUT", "server: 5 bytes then END"], differs: [.taken("call", insteadOf: "ETIMEDOUT")],
      told: ["backend refused", "client end"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.route(.calls, with: .drop)
      let call = stage.call()
      client.say(5)
      client.close()
      return ["call: \(call)", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and drops the first calls", sees: ["server: 70000 bytes then END", "client: 9 bytes then END"],
      told: ["client end"], peers: .usual, porxy: .usual
    ) { stage in
      try stage.network.route(.calls, with: .dropTwo)
      let client = try stage.connect()
      client.say(70_000)
      client.finish()
      let server = try stage.accept()
      let request = server.hearAll()
      server.say(9)
      server.close()
      return ["server: \(request)", "client: \(client.hearAll())"]
    },
  ]

  /// VANISHES, RESET: a router does something to a connection that stands.
  static let interferingRouters = [
    NetworkScenario(
      "and cannot reach the server for a while", sees: ["client: sent, true", "server: 5000 bytes then END"],
      told: ["client end"], peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.route(.toServer, with: .hostUnreachable)
      let said = client.say(5000)
      let isOpen = client.staysOpen(.milliseconds(1500))
      try stage.network.heal()
      client.finish()
      return ["client: \(said), \(isOpen)", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and can reach neither for good",
      sees: ["client: 0 bytes then EHOSTUNREACH", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "EHOSTUNREACH", in: "client: 0 bytes then EHOSTUNREACH")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      // The server has nothing to say but probes, to which no router's word applies: they lie before the stream.
      try stage.network.route(.toServer, .fromServer, with: .hostUnreachable)
      client.say(5000)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and loses what the server sends",
      sees: ["client: 0 bytes then ETIMEDOUT", "server: 5000 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.route(.fromServer, with: .drop)
      client.say(5000)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and rejects with a reset what is sent",
      sees: ["client: 0 bytes then ECONNRESET", "server: 0 bytes then ECONNRESET"], told: ["backend reset"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.route(.toServer, .fromServer, with: .reset)
      client.say(5)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and rejects with a reset, and the answer before it has not been read",
      sees: ["client: 20000 bytes then ECONNRESET", "server: 0 bytes then ECONNRESET"], told: ["backend reset"]
    ) { stage in
      let (client, server) = try stage.pair()
      server.say(20_000)
      guard client.waitForUnread(20_000) else { throw Missing("the answer") }
      try stage.network.route(.toServer, .fromServer, with: .reset)
      client.say(5)
      guard client.waitForReset() else { throw Missing("the reset") }
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
  ]

  /// RESET, HALF: a middlebox that has forgotten a connection resets or drops what belongs to it.
  static let forgetfulMiddleboxes = [
    NetworkScenario(
      "and resets; the next connection is a new one",
      sees: [
        "client: 0 bytes then ECONNRESET", "server: 0 bytes then ECONNRESET", "next: 7 bytes then END",
      ],
      told: ["backend reset", "client end"]
    ) { stage in
      try stage.network.track(others: .reset)
      let (client, server) = try stage.pair()
      try stage.network.forget()
      client.say(5)
      let heard = ["client: \(client.hearAll())", "server: \(server.hearAll())"]
      let next = try stage.pair()
      next.client.say(7)
      next.client.close()
      return heard + ["next: \(next.server.hearAll())"]
    },
    NetworkScenario(
      "and drops", sees: ["client: 0 bytes then ETIMEDOUT", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      try stage.network.track(others: .drop)
      let (client, server) = try stage.pair()
      try stage.network.forget()
      client.say(5)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "while a client that has finished waits for the answer",
      sees: ["server: 3 bytes then END, EPIPE", "client: 0 bytes then ECONNRESET"], told: ["backend reset"]
    ) { stage in
      try stage.network.track(others: .reset)
      let (client, server, request) = try stage.asking()
      try stage.network.forget()
      server.say(8)
      return ["server: \(request), \(errorBehindTheEnd(of: server))", "client: \(client.hearAll())"]
    },
    NetworkScenario(
      "and nobody asks: each learns of it by what it says itself",
      sees: ["quiet: true true", "server: 0 bytes then ECONNRESET", "client: true, 0 bytes then ECONNRESET"],
      told: ["backend reset"], peers: .usual, porxy: .usual
    ) { stage in
      try stage.network.track(others: .reset)
      let (client, server) = try stage.pair()
      try stage.network.forget()
      let isQuiet = "quiet: \(client.staysOpen(.seconds(1))) \(server.staysOpen(.zero))"
      server.say(8)
      let heard = "server: \(server.hearAll())"
      let isOpen = client.staysOpen(.milliseconds(500))
      client.say(5)
      return [isQuiet, heard, "client: \(isOpen), \(client.hearAll())"]
    },
  ]

  /// BYTES, VANISHES: packets that are too large do not get through.
  static let narrowPaths = [
    NetworkScenario(
      "and the router says so", sees: ["true", "small: true", "server: 0 bytes then END"], told: ["client end"],
      peers: .usual, porxy: .usual
    ) { stage in
      try stage.network.narrow(to: 600, isSilent: false)
      let (client, server) = try stage.pair()
      let isWhole = (0..<16).allSatisfy { _ in
        client.say(60_000)
        let request = server.hear(60_000).count
        server.say(60_000)
        return request == 60_000 && client.hear(60_000).count == 60_000
      }
      let segment = server.socket.option(Int32(IPPROTO_TCP), TCP_MAXSEG)
      client.close()
      return ["\(isWhole)", "small: \(segment <= 560)", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "and nobody says so", sees: ["client: 0 bytes then ETIMEDOUT", "server: 0 bytes then ECONNRESET"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      try stage.network.narrow(to: 600, isSilent: true)
      let (client, server) = try stage.pair()
      client.say(5000)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
  ]
}
