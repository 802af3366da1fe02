import PorxyCore

// Taking away what nobody uses: numbers close up, and faults follow.
extension RunSetup {
  /// Where the places that are used move to; nil for those that go.
  private static func places(_ isUsed: [Bool]) -> [Int?] {
    var next = 0
    return isUsed.map { used in
      guard used else { return nil }
      next += 1
      return next - 1
    }
  }

  /// Without listeners that nobody comes to, and without servers and names that no listener leads to.
  var tidied: RunSetup {
    var usesListener = listeners.map { _ in false }
    var usesServer = servers.map { _ in false }
    var usesName = names.map { _ in false }
    for client in clients {
      var place: Int? = client.listener
      while let listener = place, !usesListener[listener] {  // bound: the listeners
        usesListener[listener] = true
        switch listeners[listener].target {
        case .server(let server):
          usesServer[server] = true
          if let name = servers[server].name { usesName[name] = true }
          place = nil
        case .listener(let next, let name):
          if let name { usesName[name] = true }
          place = next
        }
      }
    }
    // A run has a server, even where all ways lead back.
    if !usesServer.contains(true) { usesServer[0] = true }
    // By default, a server's number is its listener's: it stays for that alone.
    for server in servers.indices where usesServer[server] { usesListener[server] = true }
    return keeping(
      listeners: Self.places(usesListener), servers: Self.places(usesServer), names: Self.places(usesName))
  }

  private func keeping(
    listeners listenerPlaces: [Int?], servers serverPlaces: [Int?], names namePlaces: [Int?]
  ) -> RunSetup {
    var setup = self
    func moved(_ name: Int?) -> Int? { name.flatMap { namePlaces[$0] } }
    setup.names = names.indices.filter { namePlaces[$0] != nil }.map { names[$0] }
    setup.servers = servers.indices.filter { serverPlaces[$0] != nil }.map { place in
      var server = servers[place]
      server.name = moved(server.name)
      return server
    }
    setup.listeners = listeners.indices.filter { listenerPlaces[$0] != nil }.map { place in
      var listener = listeners[place]
      switch listener.target {
      case .server(let server): listener.target = .server(serverPlaces[server] ?? 0)
      case .listener(let next, let name): listener.target = .listener(listenerPlaces[next] ?? 0, name: moved(name))
      }
      return listener
    }
    for place in setup.clients.indices {
      setup.clients[place].listener = listenerPlaces[clients[place].listener] ?? 0
    }
    setup.plan.faults = plan.faults.compactMap { fault in
      var fault = fault
      if fault.kind.needsName {
        guard let place = names.indices.first(where: { Self.name($0) == fault.other }) else { return fault }
        guard let next = namePlaces[place] else { return nil }
        fault.other = Self.name(next)
      } else if fault.kind == .portsExhaustedTo, fault.amount >= UInt64(Self.backendPort) {
        let place = Int(fault.amount) - Int(Self.backendPort)
        guard place < serverPlaces.count, let next = serverPlaces[place] else { return nil }
        fault.amount = UInt64(Int(Self.backendPort) + next)
      }
      return fault
    }
    return setup
  }

  /// Only those hosts that a client, a server or a name uses; faults on the others go with them.
  var withFewerHosts: RunSetup {
    var usesServer = serverLatencies.map { _ in false }
    for server in servers { usesServer[server.host] = true }
    for case .server(let host, _) in names.flatMap(\.targets) { usesServer[host] = true }
    let clientPlaces = Self.places(clientLatencies.indices.map { place in clients.contains { $0.host == place } })
    let serverPlaces = Self.places(usesServer)
    var setup = self
    setup.clientLatencies = clientLatencies.indices.filter { clientPlaces[$0] != nil }.map { clientLatencies[$0] }
    setup.serverLatencies = serverLatencies.indices.filter { serverPlaces[$0] != nil }.map { serverLatencies[$0] }
    for place in clients.indices { setup.clients[place].host = clientPlaces[clients[place].host] ?? 0 }
    for place in servers.indices { setup.servers[place].host = serverPlaces[servers[place].host] ?? 0 }
    for place in names.indices {
      setup.names[place].targets = names[place].targets.map { target in
        if case .server(let host, let family) = target { .server(serverPlaces[host] ?? 0, family) } else { target }
      }
    }
    setup.plan.faults = plan.faults.compactMap { fault in
      var moved = fault
      for place in clientLatencies.indices { Self.rename(&moved, fault, Self.clientHost, place, clientPlaces[place]) }
      for place in serverLatencies.indices { Self.rename(&moved, fault, Self.serverHost, place, serverPlaces[place]) }
      return moved.host == Self.gone || moved.other == Self.gone ? nil : moved
    }
    return setup
  }

  private static let gone = "-"

  /// `fault` is as it was: what one name becomes may be another's old one.
  private static func rename(
    _ moved: inout Fault, _ fault: Fault, _ name: (Int) -> String, _ old: Int, _ new: Int?
  ) {
    if fault.host == name(old) { moved.host = new.map(name) ?? gone }
    if fault.other == name(old) { moved.other = new.map(name) ?? gone }
  }
}
