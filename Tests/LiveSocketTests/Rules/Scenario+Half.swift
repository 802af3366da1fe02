extension Scenario {
  /// HALF: an end alone is not a disconnect. No slow answer is cut.
  static let halves = [
    Scenario("the server thinks for a while after the client's end") { stage in
      let (client, server) = try stage.pair()
      client.say(3)
      client.finish()
      let request = server.hearAll()
      let waits = client.staysOpen(.milliseconds(1200))
      let answer = server.say(8)
      server.close()
      return ["\(request)", "\(waits)", answer, "\(client.hearAll())"]
    },
    Scenario("the client thinks for a while after the server's end") { stage in
      let (client, server) = try stage.pair()
      server.say(3)
      server.finish()
      let greeting = client.hearAll()
      let waits = server.staysOpen(.milliseconds(1200))
      let sent = [client.say(8), client.say(8)]
      let heard = server.hear(16)
      client.close()
      return ["\(greeting)", "\(waits)", "\(heard)", "\(server.hearAll())"] + sent
    },
    Scenario("a trickle after the client's end") { stage in
      let (client, server) = try stage.pair()
      client.finish()
      let request = server.hearAll()
      let trickle = (0..<8).map { _ in
        "\(client.wait(for: 1, by: Deadline(in: .milliseconds(60)))) " + server.say(1) + " \(client.hear(1))"
      }
      server.close()
      return ["\(request)"] + trickle + ["\(client.hearAll())"]
    },
  ]
}
