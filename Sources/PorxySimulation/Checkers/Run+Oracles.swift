import PorxyCore

// The oracles' work on a simulated run.
extension Run {
  func oracle(_ client: Int, _ players: Players, at now: Duration) -> SessionOracle {
    let place = connection(ofClient: client, players)
    let server = routes[client].server
    // Where there is none, nobody looks at what its server would have done.
    let peerPlan = server.map { setup.servers[$0].peerPlan } ?? PeerPlan(.silent, [], chunk: 1, readsAlong: false)
    return SessionOracle(
      client, client: SessionOracle.Party(players.clients[client]),
      server: place.map { SessionOracle.Party(players.connections[$0]) } ?? SessionOracle.Party(absent: peerPlan),
      isRefused: server == nil, isNeutral: neutrality[client],
      hops: routes[client].listeners.count, at: now)
  }

  func judge(_ clients: [Int], _ players: Players, at now: Duration) {
    for flaw in randomPeers.flaws { verdicts.expect(.alone, false, at: now, flaw) }
    for client in clients {
      checkBytes(of: client, players, at: now)
      oracle(client, players, at: now).judge(&verdicts)
    }
    noteTable()
  }

  func judgePromises(_ players: Players, of porxy: SimulatedPorxy, at now: Duration) {
    for client in setup.clients.indices where routes[client].server == nil {
      judgeRefusalHaste(of: client, oracle(client, players, at: now), players)
    }
    for client in setup.clients.indices where routes[client].server != nil {
      let record = records(ofClient: client, players).first { Network.beginning + now >= $0.endedAt }
      let oracle = oracle(client, players, at: now)
      // Porxy may give a client up that it has no descriptor or port for, for too long, and says so.
      if setup.runsShortOnly(routes[client], client: client), !isGivenUp(client, players) {
        oracle.checkPlace(&verdicts)
      }
      judgeHaste(of: client, oracle, porxy)
      judgeName(of: client, oracle, players)
      // Each hop waits for itself.
      guard neutrality[client], oracle.hops == 1 else { continue }
      let (near, own, far) = (setup.clientLimits, setup.porxyLimits, setup.serverLimits)
      oracle.checkForgotten(
        record,
        SessionOracle.Room(
          toServer: UInt64(min(own.sendCapacity, far.receiveCapacity)),
          toClient: UInt64(min(own.sendCapacity, near.receiveCapacity))), &verdicts)
      guard let record else { continue }
      oracle.checkLastBytes(record, abortedWhileHeld: network.abortedWhileHeld, &verdicts)
    }
    judgeStrays(players, at: now)
    noteTable()
  }

  private func isGivenUp(_ client: Int, _ players: Players) -> Bool {
    records(ofClient: client, players).contains { $0.manner == .limit }
  }

  /// What befalls others does not delay a client, and does not stop its listeners.
  private func judgeHaste(of client: Int, _ oracle: SessionOracle, _ porxy: SimulatedPorxy) {
    let route = routes[client]
    guard setup.isPrompt(route, client: client) else { return }
    let startsAt = Network.beginning + setup.clients[client].startsAt
    oracle.checkHaste(
      .alone, because: "whose backend lacks nothing", since: startsAt,
      within: setup.connectionMax(route, client: client), &verdicts)
    for record in porxy.records {
      guard case .paused(let listener, let reason) = record,
        route.listeners.map(RunSetup.listenerName).contains(listener)
      else { continue }
      verdicts.expect(
        .alone, false, at: oracle.now, "listener \(listener), whose backend lacks nothing, is paused: \(reason)")
    }
  }

  /// Nobody waits for a backend that cannot be had, but for those of its addresses that are silent.
  private func judgeRefusalHaste(of client: Int, _ oracle: SessionOracle, _ players: Players) {
    let route = routes[client]
    guard setup.isPrompt(route, client: client), !route.meetsSilence else { return }
    oracle.checkRefusalHaste(
      records(ofClient: client, players).first, since: Network.beginning + setup.clients[client].startsAt,
      within: setup.refusalMax(route, client: client), &verdicts)
  }

  /// A connection that is no client's is the loser of two attempts that reached the same server.
  private func judgeStrays(_ players: Players, at now: Duration) {
    let known = setup.clients.indices.compactMap { connection(ofClient: $0, players) }
    for place in players.connections.indices where !known.contains(place) && !isOfCheck(place, players) {
      let server = players.serverOf[place]
      let mayBe = routes.indices.contains { client in
        routes[client].server == server && (routes[client].hasTwins || isLost(client, players))
      }
      let seen = players.connections[place].seen
      verdicts.expect(
        .alone, mayBe, at: now, "connection \(place) to server \(server) is no client's: \(seen.summary)")
      verdicts.expect(
        .bytes, seen.received == 0, at: now,
        "connection \(place), which is no client's, received \(seen.received) bytes")
    }
  }

  /// A client without a record of its own connection: it has died, or never connected.
  private func isLost(_ client: Int, _ players: Players) -> Bool {
    records(ofClient: client, players).last?.backendLocal == nil
  }

  func judgeRecords(of porxy: SimulatedPorxy) {
    let now = network.elapsed
    let players = randomPeers.players
    for client in setup.clients.indices {
      let count = recordCount(ofClient: client, players)
      let record = records(ofClient: client, players).first
      // Of clients that had the same port one was never accepted, or two may each be meant by either record.
      if record == nil, count.clients > 1, count.records <= count.clients { continue }
      let own = count.records > count.clients ? count.records : record == nil ? 0 : 1
      oracle(client, players, at: now).judgeRecords(record, count: own, &verdicts)
    }
    for record in porxy.sessions {
      let contradiction = record.contradiction
      verdicts.expect(.told, contradiction == nil, at: now, contradiction ?? "")
    }
    let most = routes.reduce(0) { $0 + $1.sessionsMax }
    verdicts.expect(
      .told, porxy.sessions.count <= most, at: now,
      "there are \(porxy.sessions.count) records of at most \(most) sessions")
  }
}

// Which client belongs to which server's connection. Whoever shares a server is known by porxy's own records, whose
// truth the bytes then show, and before there is one by the bytes.
extension Run {
  /// Records of the sessions that a client made on its way through porxy's listeners, in the order of the way.
  func records(ofClient number: Int, _ players: Players) -> [SessionRecord] {
    guard let porxy = world.porxy else { return [] }
    var chain: [SessionRecord] = []
    var next = firstRecord(ofClient: number, players, porxy)
    while let record = next, chain.count <= setup.listeners.count {  // bound: the listeners
      chain.append(record)
      guard let local = record.backendLocal else { break }
      next = porxy.sessions.first { $0.peer == local && $0.acceptedAt >= record.acceptedAt }
    }
    return chain
  }

  /// A host that has restarted gives a port again: the n-th client of a port has its n-th record.
  private func firstRecord(ofClient number: Int, _ players: Players, _ porxy: SimulatedPorxy) -> SessionRecord? {
    let client = players.clients[number].seen
    let listener = setup.clients[number].listener
    let name = RunSetup.listenerName(listener)
    let own = porxy.sessions.filter { $0.listener == name && $0.peer == client.endpoint }
    let rivals = players.clients.indices.filter { other in
      setup.clients[other].listener == listener && players.clients[other].seen.endpoint == client.endpoint
    }
    guard rivals.count > 1 else { return own.first }
    // One of them was never accepted, or is not told of yet: nobody knows which.
    guard own.count == rivals.count else { return nil }
    let starts = rivals.map { Network.beginning + setup.clients[$0].startsAt }.sorted()
    let records = own.sorted { $0.acceptedAt < $1.acceptedAt }
    // A client that was accepted only when the next one had called may be the later one as well.
    let areApart = zip(records, starts.dropFirst()).allSatisfy { $0.acceptedAt < $1 }
    guard areApart, zip(records, starts).allSatisfy({ $0.acceptedAt >= $1 }) else { return nil }
    return records[rivals.count { setup.clients[$0].startsAt < setup.clients[number].startsAt }]
  }

  /// Records that name this client's address and listener, as many as there are clients with both.
  func recordCount(ofClient number: Int, _ players: Players) -> (records: Int, clients: Int) {
    let client = players.clients[number].seen
    let listener = setup.clients[number].listener
    let name = RunSetup.listenerName(listener)
    let records = (world.porxy?.sessions ?? []).count { $0.listener == name && $0.peer == client.endpoint }
    let clients = players.clients.indices.count { other in
      setup.clients[other].listener == listener && players.clients[other].seen.endpoint == client.endpoint
    }
    return (records, clients)
  }

  /// The connection of the server at the end of a client's way that is the client's; nil where there is none, or not
  /// yet known which.
  func connection(ofClient number: Int, _ players: Players) -> Int? {
    guard let server = routes[number].server else { return nil }
    if arm == .direct {
      return players.connections.indices.first {
        players.connections[$0].seen.stream == players.clients[number].seen.stream ^ 1
      }
    }
    let chain = records(ofClient: number, players)
    if chain.count == routes[number].listeners.count, let local = chain.last?.backendLocal {
      return players.connections.indices.first {
        players.serverOf[$0] == server && players.connections[$0].seen.remote == local
      }
    }
    if let place = players.connection(joinedTo: number, atServer: server) { return place }
    guard isAlone(number) else { return nil }
    let own = players.connections.indices.filter { players.serverOf[$0] == server && !isOfCheck($0, players) }
    return own.count == 1 ? own[0] : nil
  }

  /// It is known which connection is the client's, or that none can be.
  func isPaired(_ number: Int, _ players: Players) -> Bool {
    if routes[number].server == nil || connection(ofClient: number, players) != nil { return true }
    return isAlone(number) && !routes[number].hasTwins
  }

  /// No other client has this server.
  private func isAlone(_ number: Int) -> Bool {
    routes.indices.allSatisfy { $0 == number || routes[$0].server != routes[number].server }
  }

  /// Whose a connection is, if that is known.
  func client(ofConnection place: Int) -> Int? {
    setup.clients.indices.first { connection(ofClient: $0, randomPeers.players) == place }
  }
}
