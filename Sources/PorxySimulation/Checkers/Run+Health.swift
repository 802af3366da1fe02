import PorxyCore

// Active checks, as servers see them, and what porxy makes of the servers (HEALTH).
extension Run {
  /// A connection of a server is that of an active check.
  func isOfCheck(_ connection: Int, _ players: Players) -> Bool {
    guard setup.health != nil, let porxy = world.porxy else { return false }
    return porxy.isOfCheck(players.connections[connection].seen.remote)
  }

  /// All faults have healed some time ago: who listens is up, who does not is down, and no check was reset.
  func judgeHealth(of porxy: SimulatedPorxy) {
    let now = network.elapsed
    for (place, server) in setup.servers.enumerated() where server.name == nil {
      guard setup.canReach(server.isV6 ? .v6 : .v4), let health = porxy.health(ofBackend: "\(place)") else { continue }
      let wanted = server.isRefused ? EndpointAccount.Health.down : .up
      verdicts.expect(
        .health, health == wanted, at: now, "server \(place), which is \(wanted), counts as \(health)")
    }
    let players = randomPeers.players
    for place in players.connections.indices where isOfCheck(place, players) { judgeCheck(place, players, at: now) }
    let complaint = porxy.complaintOfHealth
    verdicts.expect(.health, complaint == nil, at: now, complaint ?? "")
    verdicts.expect(
      .health, porxy.checkCount <= setup.servers.count, at: now,
      "\(porxy.checkCount) checks are open, of \(setup.servers.count) servers")
    noteTable()
  }

  /// A check sends nothing, and a server that sends nothing either sees it end in order.
  private func judgeCheck(_ place: Int, _ players: Players, at now: Duration) {
    let seen = players.connections[place].seen
    verdicts.expect(.health, seen.received == 0, at: now, "a check sent \(seen.received) bytes")
    let pauses = setup.servers[players.serverOf[place]].peerPlan.actions.contains {
      if case .pause = $0 { true } else { false }
    }
    // Who is slow may find that porxy has left.
    guard seen.sent == 0, seen.leaving != .died, !pauses, setup.plan.faults.allSatisfy(\.kind.isLocal) else { return }
    let isReset = if case .failed = seen.reading { true } else { seen.sendError != nil }
    verdicts.expect(.health, !isReset, at: now, "connection \(place), which is a check's, was reset: \(seen.summary)")
  }
}
