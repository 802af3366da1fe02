extension Scenario {
  /// VANISHES: a network that is silent for a while and comes back finds its sessions alive, and their bytes.
  static let silences = [
    Scenario("the server's network is silent for a while, with data on the way") { stage in
      let (client, server) = try stage.pair()
      client.say(10)
      let before = server.hear(10)
      server.fallSilent()
      let said = client.say(2000)
      let isOpen = client.staysOpen(.milliseconds(500))
      server.comeBack()
      return ["\(before)", said, "\(isOpen)", "\(server.hear(2000))", server.say(5), "\(client.hear(5))"]
    },
    Scenario("the client's network is silent for a while, with data on the way") { stage in
      let (client, server) = try stage.pair()
      server.say(10)
      let before = client.hear(10)
      client.fallSilent()
      let said = server.say(2000)
      server.finish()
      let isOpen = client.staysOpen(.milliseconds(500))
      client.comeBack()
      return ["\(before)", said, "\(isOpen)", "\(client.hearAll())", client.say(5), "\(server.hear(5))"]
    },
    Scenario("the client's end is lost and repeated") { stage in
      let (client, server) = try stage.pair()
      client.say(1)
      let before = server.hear(1)
      server.fallSilent()
      client.finish()
      let isOpen = server.staysOpen(.milliseconds(300))
      server.comeBack()
      return ["\(before)", "\(isOpen)", "\(server.hearAll())", server.say(2), "\(client.hear(2))"]
    },
  ]
}
