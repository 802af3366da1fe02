extension NetworkScenario {
  /// VANISHES, HALF: a host whose cable is pulled is missed by its silence alone.
  static let unpluggedServers = [
    NetworkScenario(
      "while nobody has anything to say",
      sees: ["client: 0 bytes then ETIMEDOUT", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.unplug(.server)
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "while the client sends",
      sees: ["server: 50000 bytes then OPEN", "client: ETIMEDOUT, then END", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: ETIMEDOUT, then END")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      client.say(50_000)
      let heard = server.hear(50_000)
      try stage.network.unplug(.server)
      return [
        "server: \(heard)", "client: \(client.streamUntilError()), then \(client.readOnce())",
        "server: \(server.hearAll())",
      ]
    },
    NetworkScenario(
      "after it has sent something that the client has not read yet",
      sees: ["client: 30000 bytes then ETIMEDOUT", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 30000 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      server.say(30_000)
      guard client.waitForUnread(30_000) else { throw Missing("what the server said") }
      try stage.network.unplug(.server)
      guard client.waitForReset() else { throw Missing("the client's error") }
      return ["client: \(client.hearAll())", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "while the client has finished and waits for the answer",
      sees: ["server: 3 bytes then END", "client: 0 bytes then ETIMEDOUT", "server: ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server, request) = try stage.asking()
      try stage.network.unplug(.server)
      return ["server: \(request)", "client: \(client.hearAll())", "server: \(errorBehindTheEnd(of: server))"]
    },
    NetworkScenario(
      "while its answer is on its way to a client that has finished",
      sees: ["server: 3 bytes then END, sent", "client: 0 bytes then ETIMEDOUT", "server: ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "client: 0 bytes then ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server, request) = try stage.asking()
      try stage.network.unplug(.server)
      let said = server.say(8)
      return ["server: \(request), \(said)", "client: \(client.hearAll())", "server: \(errorBehindTheEnd(of: server))"]
    },
    NetworkScenario(
      "after it has finished, while the client sends",
      sees: ["client: 0 bytes then END", "client: ETIMEDOUT", "server: 0 bytes then ETIMEDOUT"],
      differs: [.reset("EPIPE", insteadOf: "ETIMEDOUT", in: "client: ETIMEDOUT")], told: ["backend vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      server.finish()
      let greeting = client.hearAll()
      try stage.rest(client, server)
      try stage.network.unplug(.server)
      client.say(1000)
      return ["client: \(greeting)", "client: \(errorBehindTheEnd(of: client))", "server: \(server.hearAll())"]
    },
    NetworkScenario(
      "before the client calls; the router looks for the host in vain, and says so", sees: ["call: EHOSTUNREACH"],
      differs: [.taken("call", insteadOf: "EHOSTUNREACH")], told: ["backend refused"]
    ) { stage in
      try stage.network.unplug(.server)
      return ["call: \(stage.call())"]
    },
  ]

  /// VANISHES, GONE: the same of a client's host.
  static let unpluggedClients = [
    NetworkScenario(
      "while nobody has anything to say",
      sees: ["server: 0 bytes then ETIMEDOUT", "client: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "server: 0 bytes then ETIMEDOUT")], told: ["client vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.network.unplug(.client)
      return ["server: \(server.hearAll())", "client: \(client.hearAll())"]
    },
    NetworkScenario(
      "while the server sends",
      sees: ["client: 50000 bytes then OPEN", "server: ETIMEDOUT, then END", "client: 0 bytes then ETIMEDOUT"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "server: ETIMEDOUT, then END")], told: ["client vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      server.say(50_000)
      let heard = client.hear(50_000)
      try stage.network.unplug(.client)
      return [
        "client: \(heard)", "server: \(server.streamUntilError()), then \(server.readOnce())",
        "client: \(client.hearAll())",
      ]
    },
    NetworkScenario(
      "while it sends",
      sees: ["server: 50000 bytes then ETIMEDOUT", "client: ETIMEDOUT, then END"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "server: 50000 bytes then ETIMEDOUT")], told: ["client vanished"]
    ) { stage in
      let (client, server) = try stage.pair()
      client.say(50_000)
      guard server.waitForUnread(50_000) else { throw Missing("what the client said") }
      try stage.network.unplug(.client)
      let error = client.streamUntilError()
      guard server.waitForReset() else { throw Missing("the server's error") }
      return ["server: \(server.hearAll())", "client: \(error), then \(client.readOnce())"]
    },
    NetworkScenario(
      "after it has finished, while the server answers",
      sees: ["server: 3 bytes then END, sent", "server: ETIMEDOUT", "client: 0 bytes then ETIMEDOUT"],
      differs: [.reset("EPIPE", insteadOf: "ETIMEDOUT", in: "server: ETIMEDOUT")], told: ["client vanished"]
    ) { stage in
      let (client, server, request) = try stage.asking()
      try stage.network.unplug(.client)
      let said = server.say(8)
      return ["server: \(request), \(said)", "server: \(errorBehindTheEnd(of: server))", "client: \(client.hearAll())"]
    },
    NetworkScenario(
      "and another client's session goes on",
      sees: ["server: 0 bytes then ETIMEDOUT", "other: 1000 bytes then OPEN, 2000 bytes then OPEN"],
      differs: [.reset(insteadOf: "ETIMEDOUT", in: "server: 0 bytes then ETIMEDOUT")],
      told: ["client vanished", "client end"]
    ) { stage in
      let (client, server) = try stage.pair()
      let other = try stage.pair(from: .router)
      try stage.network.unplug(.client)
      let heard = server.hearAll()
      other.client.say(1000)
      other.server.say(2000)
      let going = "\(other.server.hear(1000)), \(other.client.hear(2000))"
      other.client.close()
      other.server.close()
      _ = client
      return ["server: \(heard)", "other: \(going)"]
    },
  ]

  /// What SO_ERROR gives once the connection is over; after the other side's end no read tells of it (kernel rule R4).
  static func errorBehindTheEnd(of peer: Peer) -> String {
    peer.waitForReset() ? peer.takeError() : "no error"
  }
}
