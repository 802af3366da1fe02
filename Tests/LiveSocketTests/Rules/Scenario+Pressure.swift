extension Scenario {
  /// PRESSURE: memory is bounded a session, a stalled session stalls alone, a stall is no error.
  static let pressures = [
    Scenario("a client that never reads is sent a bounded amount") { stage in
      let (client, server) = try stage.pair()
      let taken = server.fill(128 << 20).count
      let alone = try Peer.connect(to: stage.server.address)
      let direct = try stage.server.accept().fill(128 << 20).count
      _ = (client, alone)
      return [boundedness(of: taken, directly: direct)]
    },
    Scenario("a server that never reads is sent a bounded amount") { stage in
      let (client, server) = try stage.pair()
      let taken = client.fill(128 << 20).count
      let alone = try Peer.connect(to: stage.server.address)
      let direct = alone.fill(128 << 20).count
      _ = (server, alone)
      return [boundedness(of: taken, directly: direct)]
    },
    Scenario("a stall of a second, then everything") { stage in
      let (client, server) = try stage.pair()
      let said = server.fill(64 << 20, quiet: .seconds(1))
      let isOpen = server.staysOpen(.zero)
      server.finish()
      let heard = client.hearAll()
      return [said.end, "\(isOpen)", "\(heard.count == said.count)", heard.end]
    },
    Scenario("a stall both ways, then everything both ways") { stage in
      let (client, server) = try stage.pair()
      let said = [client.fill(64 << 20), server.fill(64 << 20)]
      var exchange = Exchange(client, says: 1000, server, says: 1000, seed: 7)
      let heard = exchange.run()
      return said.map(\.end) + [
        "\(server.receivedCount == said[0].count + 1000)", "\(client.receivedCount == said[1].count + 1000)",
        "\(heard.allSatisfy { $0.hasSuffix("END") })",
      ]
    },
    Scenario("ten stalled sessions do not stall an eleventh") { stage in
      stage.server.listen()
      let stalled = try (0..<10).map { index in
        let pair = try stage.pair()
        _ = index.isMultiple(of: 2) ? pair.client.fill(64 << 20, quiet: .milliseconds(50)).end : ""
        _ = index.isMultiple(of: 3) ? pair.server.fill(64 << 20, quiet: .milliseconds(50)).end : ""
        return pair
      }
      let (client, server) = try stage.pair()
      var exchange = Exchange(client, says: 1 << 20, server, says: 1 << 20, seed: 8)
      return exchange.run() + ["\(stalled.allSatisfy { $0.client.staysOpen(.zero) })"]
    },
    Scenario("a reader with a small buffer slows its writer only") { stage in
      let (client, server) = try stage.pair(receiveBuffer: 4096)
      var exchange = Exchange(client, says: 300_000, server, says: 300_000, seed: 9, pieceMax: 3000)
      return exchange.run()
    },
  ]

  /// A proxy has buffers of its own between the two, as many bytes again as lie there anyway, and a few conduits.
  private static func boundedness(of taken: Int, directly direct: Int) -> String {
    let bound = 2 * direct + (4 << 20)
    return taken <= bound ? "bounded" : "\(taken) taken, \(direct) directly, \(bound) allowed"
  }
}
