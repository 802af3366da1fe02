extension Scenario {
  /// URGENT: an urgent byte does not stall the stream.
  static let urgencies = [
    Scenario("an urgent byte in the middle") { stage in
      let (client, server) = try stage.pair()
      client.sayText("ab")
      let sent = client.sayUrgently()
      client.sayText("cd")
      return [sent, server.hearText(4)]
    },
    Scenario("an urgent byte first") { stage in
      let (client, server) = try stage.pair()
      let sent = client.sayUrgently()
      client.sayText("cd")
      return [sent, server.hearText(2)]
    },
    Scenario("an urgent byte from the server") { stage in
      let (client, server) = try stage.pair()
      server.sayText("ab")
      let sent = server.sayUrgently()
      server.sayText("cd")
      return [sent, client.hearText(4)]
    },
    Scenario("an urgent byte last, then the end") { stage in
      let (client, server) = try stage.pair()
      client.sayText("ab")
      let sent = client.sayUrgently()
      client.finish()
      let heard = server.hearText(2)
      return [sent, heard, "\(server.hearAll())"]
    },
    Scenario("an urgent byte alone, then an answer") { stage in
      let (client, server) = try stage.pair()
      let sent = client.sayUrgently()
      server.sayText("yes")
      return [sent, client.hearText(3), "\(server.staysOpen(.zero))"]
    },
    Scenario("urgent bytes among lines, each line answered") { stage in
      let (client, server) = try stage.pair()
      return (0..<20).map { _ in
        client.sayText("line")
        let sent = client.sayUrgently()
        client.sayText("end")
        let heard = server.hearText(7)
        server.sayText("ok")
        return sent + heard + client.hearText(2)
      }
    },
  ]
}
