extension NetworkScenario {
  /// DIES, HALF, GONE: a host that lost power is back and knows nothing; whoever sends to it hears a reset.
  static let reboots = [
    NetworkScenario(
      "the server's, and the client sends",
      sees: ["client: 0 bytes then ECONNRESET", "next: 7 bytes then END"], told: ["backend reset", "client end"],
      peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.reboot(.server, forgetting: server)
      client.say(5)
      let heard = client.hearAll()
      let next = try stage.pair()
      next.client.say(7)
      next.client.close()
      return ["client: \(heard)", "next: \(next.server.hearAll())"]
    },
    NetworkScenario(
      "the server's, while nobody has anything to say", sees: ["client: 0 bytes then ECONNRESET"],
      told: ["backend reset"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.reboot(.server, forgetting: server)
      return ["client: \(client.hearAll())"]
    },
    NetworkScenario(
      "the server's, while the client has finished and waits for the answer",
      sees: ["server: 3 bytes then END", "client: 0 bytes then ECONNRESET"], told: ["backend reset"]
    ) { stage in
      let (client, server, request) = try stage.asking()
      try stage.reboot(.server, forgetting: server)
      return ["server: \(request)", "client: \(client.hearAll())"]
    },
    NetworkScenario(
      "the server's, while the client streams", sees: ["server: enough", "client: ECONNRESET, then END"],
      told: ["backend reset"], peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      let taken = client.fill(64 << 20, quiet: .milliseconds(100)).count
      let heard = server.discard(taken / 2)
      try stage.reboot(.server, forgetting: server)
      return ["server: \(heard)", "client: \(client.streamUntilError()), then \(client.readOnce())"]
    },
    NetworkScenario(
      "the client's, while nobody has anything to say", sees: ["server: 0 bytes then ECONNRESET"],
      told: ["client reset"]
    ) { stage in
      let (client, server) = try stage.pair()
      try stage.reboot(.client, forgetting: client)
      return ["server: \(server.hearAll())"]
    },
    NetworkScenario(
      "the client's, while the server streams", sees: ["client: enough", "server: ECONNRESET, then END"],
      told: ["client reset"], peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      let taken = server.fill(64 << 20, quiet: .milliseconds(100)).count
      let heard = client.discard(taken / 2)
      try stage.reboot(.client, forgetting: client)
      return ["client: \(heard)", "server: \(server.streamUntilError()), then \(server.readOnce())"]
    },
    NetworkScenario(
      "the client's, after it has finished, and the server is slow to answer",
      sees: ["server: 3 bytes then END, undisturbed", "server: EPIPE at write 1 to 3"], told: ["client reset"],
      peers: .usual
    ) { stage in
      let (client, server, request) = try stage.asking()
      try stage.reboot(.client, forgetting: client)
      // Porxy has found out by then; a server that does not ask sees nothing of it, as direct.
      if let proxy = stage.proxy, Relay.isPorxy, !proxy.tells(ofSessions: 1) { throw Missing("the end of the session") }
      let isDisturbed = server.waitForReset(by: Deadline(in: .milliseconds(500)))
      return [
        "server: \(request), \(isDisturbed ? "disturbed" : "undisturbed")", "server: \(server.writeUntilError())",
      ]
    },
  ]
}
