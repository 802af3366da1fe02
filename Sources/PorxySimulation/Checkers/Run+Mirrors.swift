import PorxyCore

// Listeners with `mirror`: who is refused at connect, and what servers see of looks (REFUSED).
extension Run {
  func judgeMirrors(_ players: Players) {
    guard setup.isMirror else { return }
    for client in setup.clients.indices { judgeMirror(of: client, players.clients[client].seen) }
    // A look is never cut short in a way that a server could see, unless the network or a host does it.
    if setup.plan.faults.allSatisfy(\.kind.isNeutral) {
      verdicts.expect(
        .refused, randomPeers.lookFlaws.isEmpty, at: network.elapsed, randomPeers.lookFlaws.first ?? "")
    }
    noteTable()
  }

  /// A client whose server has accepted for longer than a look takes is not refused; one whose server refuses from the
  /// beginning never connects.
  private func judgeMirror(of number: Int, _ client: Observation) {
    let route = routes[number]
    guard setup.isPrompt(route, client: number), client.isConnected || client.connectError != nil else { return }
    let startsAt = setup.clients[number].startsAt
    if route.server != nil {
      // The name is asked for first, the addresses together behind it.
      let known = Limits.lookInterval + setup.connectionMax(route, client: number)
      guard startsAt > known else { return }
      verdicts.expect(
        .refused, client.connectError != .connectionRefused, at: network.elapsed,
        "client \(number) was refused though its server has accepted since \((startsAt - known).scenarioText) before it"
      )
    } else if refusesAlways(route, of: number) {
      verdicts.expect(
        .refused, !client.isConnected, at: network.elapsed,
        "client \(number) could connect though its server has refused from the beginning")
    }
  }

  /// The client's server is an address that nobody listens at.
  private func refusesAlways(_ route: Route, of number: Int) -> Bool {
    guard route.names.isEmpty, case .server(let server) = setup.listeners[setup.clients[number].listener].target else {
      return false
    }
    return setup.servers[server].isRefused
  }
}

extension RunSetup {
  /// The same run where all listeners have `mirror`; nil where one leads to another, in which a look is a client.
  package var mirrored: RunSetup? {
    for listener in listeners { if case .listener = listener.target { return nil } }
    var mirrored = self
    mirrored.isMirror = true
    return mirrored
  }
}
