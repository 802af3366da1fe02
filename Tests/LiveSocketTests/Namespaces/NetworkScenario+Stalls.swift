extension NetworkScenario {
  /// VANISHES: a network that comes back finds its sessions alive, and their bytes. Nobody has set any timeout.
  static let stalls = [
    NetworkScenario(
      "at the server, while nobody has anything to say",
      sees: ["stalled: true true", "client: sent, 5000 bytes then END", "server: 4000 bytes then END"],
      told: ["client end"], peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      let stalled = try stall(of: .server, stage, client, server)
      let said = client.say(4000)
      client.finish()
      let request = server.hearAll()
      server.say(5000)
      server.close()
      return [stalled, "client: \(said), \(client.hearAll())", "server: \(request)"]
    },
    whileBothSend(at: .server, "at the server"),
    whileBothSend(at: .client, "at the client"),
    NetworkScenario(
      "at the server, while the client finishes",
      sees: ["stalled: true true", "server: 0 bytes then END", "client: 8 bytes then END"], told: ["client end"],
      peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      let stalled = try stall(of: .server, stage, client, server) { client.finish() }
      let heard = server.hearAll(by: .afterStall)
      server.say(8)
      server.close()
      return [stalled, "server: \(heard)", "client: \(client.hearAll(by: .afterStall))"]
    },
  ]

  private static func whileBothSend(at host: Host, _ place: String) -> NetworkScenario {
    NetworkScenario(
      "\(place), while both send",
      sees: ["stalled: true true", "server: 60000 bytes then END", "client: 50000 bytes then END"],
      told: ["client end"], peers: .usual, porxy: .usual
    ) { stage in
      let (client, server) = try stage.pair()
      let stalled = try stall(of: host, stage, client, server) {
        client.say(60_000)
        server.say(50_000)
      }
      client.finish()
      let heard = server.hearAll(by: .afterStall)
      server.close()
      return [stalled, "server: \(heard)", "client: \(client.hearAll(by: .afterStall))"]
    }
  }

  /// Ten seconds in which nothing comes through, and whether both sides took it as no more than a silence.
  private static func stall(
    of host: Host, _ stage: NetworkStage, _ client: Peer, _ server: Peer, meanwhile: () -> Void = {}
  ) throws -> String {
    try stage.network.unplug(host)
    meanwhile()
    let isOpen = client.staysOpen(.seconds(10))
    try stage.network.plugIn(host)
    return "stalled: \(isOpen) \(server.staysOpen(.zero))"
  }
}
