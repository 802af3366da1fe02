import PorxyCore
import PorxyFaults

// Sessions that a timeout of porxy's has ended, held to what the kernels knew by then (IDLE).
extension Run {
  func judgeTimeouts(of porxy: SimulatedPorxy) {
    for record in porxy.sessions {
      judgeOverdue(record)
      guard record.manner == .timeout, record.endedBy == .porxy else { continue }
      if record.failure == nil { judgeIdle(record) } else { judgeUnconnected(record, of: porxy) }
    }
    noteTable()
  }

  /// Nothing was acknowledged or received for as long as the timeout says, and nothing could have been passed on.
  private func judgeIdle(_ record: SessionRecord) {
    guard let idle = setup.timeouts.idle else { return }
    let name = "session \(record.listener), which was ended as idle,"
    let last = max(record.acceptedAt, record.connectedAt ?? record.acceptedAt)
    verdicts.expect(
      .idle, record.endedAt.since(last) >= idle, at: network.elapsed,
      "\(name) was \(record.endedAt.since(last)) old, of \(idle)")
    // What a fault of its own holds back, porxy has not seen yet.
    guard setup.liveFaults.isEmpty else { return }
    guard let client = closing(record.clientLocal, record.client, at: record.endedAt),
      let backend = closing(record.backendLocal, record.backendPeer, at: record.endedAt)
    else { return }
    for (side, other, word) in [(client, backend, "client"), (backend, client, "server")] {
      let silence = record.endedAt.since(side.movedAt)
      verdicts.expect(
        .idle, silence >= idle, at: network.elapsed, "\(name) moved at its \(word) \(silence) before, not \(idle)")
      guard isToldAtOnce else { continue }
      verdicts.expect(
        .idle, !(side.hasUnread && other.takesMore), at: network.elapsed,
        "\(name) had bytes of its \(word) unread that the other side would have taken")
    }
  }

  /// What a timeout should have ended it has ended, at most so late as IDLE says.
  private func judgeOverdue(_ record: SessionRecord) {
    guard isPunctual else { return }
    if let idle = setup.timeouts.idle, let connectedAt = record.connectedAt,
      let client = closing(record.clientLocal, record.peer, at: record.endedAt),
      let backend = closing(record.backendLocal, record.backendPeer, at: record.endedAt)
    {
      let silence = record.endedAt.since(max(client.movedAt, backend.movedAt, connectedAt))
      verdicts.expect(
        .idle, silence <= idle + idle / 8 + Self.tardinessMax, at: network.elapsed,
        "session \(record.listener) had moved nothing for \(silence) when it ended, of \(idle)")
    }
    if let connect = setup.timeouts.connect, record.connectedAt == nil, setup.names.isEmpty, setup.balance == nil,
      !setup.plan.faults.contains(where: \.kind.isShortage)
    {
      let age = record.endedAt.since(record.acceptedAt)
      verdicts.expect(
        .idle, age <= connect + Self.tardinessMax, at: network.elapsed,
        "session \(record.listener) had tried to connect for \(age) when it ended, of \(connect)")
    }
  }

  /// Ends that need a way to and fro, and a turn.
  private static let tardinessMax = Duration.seconds(2)

  /// Nothing keeps porxy from its timers, and nothing of what it does on purpose takes time.
  var isPunctual: Bool {
    isToldAtOnce && setup.liveFaults.isEmpty && !setup.plan.faults.contains { $0.kind == .standstill }
  }

  /// No attempt had succeeded.
  private func judgeUnconnected(_ record: SessionRecord, of porxy: SimulatedPorxy) {
    guard isToldAtOnce else { return }
    let port = porxy.backendPort(of: record)
    let isUntold = network.closings.contains { $0.at == record.endedAt && $0.isUntold && $0.remote.port == port }
    verdicts.expect(
      .idle, !isUntold, at: network.elapsed,
      "session \(record.listener) was given up while connecting, though its backend had answered")
  }

  /// What a socket of porxy's was like when the session ended.
  private func closing(_ local: Endpoint?, _ remote: Endpoint?, at instant: Instant) -> ClosingRecord? {
    network.closings.first { $0.at == instant && $0.local == local && $0.remote == remote }
  }

  /// Porxy hears of everything at once, and has room for what it hears of.
  private var isToldAtOnce: Bool {
    setup.plan.faults.allSatisfy { fault in
      switch fault.kind {
      case .delayedReadiness, .mergedReadiness, .conduitsExhausted: false
      default: true
      }
    }
  }
}

// Peers that went dark, held to the kernel's arithmetic (GONE).
extension Run {
  /// No connection of porxy's to a host without power has outlived its keepalive probes, or its user timeout where
  /// there are bytes that nobody acknowledges.
  func judgeSilence() {
    guard isPunctual else { return }
    let probes = setup.timeouts.keepalive.map { $0.idle + $0.interval * $0.count }
    for block in network.blocks where block.host == world.porxyHost && block.isOpen && block.state.isSynchronized {
      let peer = network.hosts[block.peerHost.index]
      guard !peer.isUp, let limit = block.queued > 0 ? setup.timeouts.user : probes else { continue }
      let silence = network.now.since(max(peer.darkSince, Instant(nanoseconds: block.movedAt)))
      verdicts.expect(
        .gone, silence <= limit + Self.silenceMargin, at: network.elapsed,
        "the connection to \(block.remote) has had no answer for \(silence), of \(limit)")
    }
    noteTable()
  }

  /// How late the keepalive of a backend is set, and the time between two tries to send something.
  private static let silenceMargin = Limits.lastingGrace * 2 + .seconds(2)
}

// What becomes of sessions after a signal to stop (STOP).
extension Run {
  /// Porxy has been told to stop: what is open has the drain time to end, and after that time, or a second signal,
  /// porxy has ended.
  func judgeStop(of porxy: SimulatedPorxy) {
    guard let began = setup.drainsAt, isPunctual else { return }
    let (soonest, latest) = (Network.beginning + setup.stopsBy, Network.beginning + setup.stopsBy + Self.stoppingMax)
    if network.now >= latest, !wasTardy, porxy.isServing {
      wasTardy = true
      verdicts.expect(
        .stop, false, at: network.elapsed, "porxy still runs, though it was told to stop at \(began)")
    }
    for record in porxy.sessions.dropFirst(sessionsSeen) where record.manner == .shutdown {
      verdicts.expect(
        .stop, record.endedAt >= soonest, at: network.elapsed,
        "session \(record.listener) was reset at \(record.endedAt.since(Network.beginning)), and had until "
          + "\(setup.stopsBy)")
    }
    sessionsSeen = porxy.sessions.count
  }

  private static let stoppingMax = Duration.seconds(2)
}

// What the log is told of pauses (ACCEPT).
extension Run {
  /// All faults have healed and no client waits, so every listener has accepted again: the log knows of that, too.
  /// Where porxy has been told to stop before, a pause has ended with its listener.
  func judgePauses(of porxy: SimulatedPorxy) {
    guard isEmptyAtStop, setup.drainsAt == nil, porxy.sessionCount == 0, !porxy.isServing, !porxy.isSpinning,
      porxy.pausesTold > 0
    else {
      return
    }
    let complaint = porxy.complaintOfPauses
    verdicts.expect(.accept, complaint == nil, at: network.elapsed, complaint ?? "")
    noteTable()
  }
}

// How many sessions there may be, in all workers together (ACCEPT).
extension Run {
  func judgeLimits(of porxy: SimulatedPorxy) {
    let isLimited = setup.sessionsMax != nil || setup.listeners.contains { $0.sessionsMax != nil }
    guard isLimited else { return }
    let complaint = porxy.complaintOfLimits
    verdicts.expect(.accept, complaint == nil, at: network.elapsed, complaint ?? "")
    noteTable()
  }
}

// What must hold at every moment.
extension Run {
  /// A conduit each way, and what a kernel rounds up.
  private static let conduitsMax: UInt64 = 2 * 256 * 1024

  func checkStep() {
    let now = network.elapsed
    let complaints = network.check()
    verdicts.expect(.network, complaints.isEmpty, at: now, complaints.first ?? "")
    let players = randomPeers.players
    for client in setup.clients.indices { checkBytes(of: client, players, at: now) }
    if let porxy = world.porxy {
      let lent = [ConduitKind.buffer, .block, .pipe].reduce(0) {
        $0 + network.conduitsLent($1, on: world.porxyHost)
      }
      // A header under way has one of its own, and so has an active check. What faults hold back has many.
      let lentMax = (setup.headers == nil ? 2 : 3) + (setup.liveFaults.isEmpty ? 0 : 2 * SharedFaults.conduitsMax)
      verdicts.expect(
        .pressure, lent <= lentMax * porxy.sessionCount + porxy.checkCount, at: now,
        "\(lent) conduits are out for \(porxy.sessionCount) sessions")
      verdicts.expect(
        .accept, porxy.placeCount == porxy.sessionCount, at: now,
        "\(porxy.placeCount) places are taken for \(porxy.sessionCount) sessions")
      let most = routes.reduce(0) { $0 + $1.sessionsMax }
      verdicts.expect(
        .refused, porxy.sessionCount <= most || isRunaway, at: now,
        "\(porxy.sessionCount) sessions are open, and \(setup.clients.count) clients can have \(most): a way leads "
          + "back")
      isRunaway = isRunaway || porxy.sessionCount > most
    }
    noteTable()
  }

  func checkBytes(of client: Int, _ players: Players, at now: Duration) {
    let hop = UInt64(setup.porxyLimits.sendCapacity) + UInt64(setup.porxyLimits.receiveCapacity) + Self.conduitsMax
    let own = hop * UInt64(routes[client].listeners.count)
    let (near, far) = (setup.clientLimits, setup.serverLimits)
    let room = SessionOracle.Room(
      toServer: UInt64(near.sendCapacity) + UInt64(far.receiveCapacity) + own,
      toClient: UInt64(far.sendCapacity) + UInt64(near.receiveCapacity) + own)
    oracle(client, players, at: now).checkBytes(room, &verdicts)
  }
}

// What porxy makes of names, judged by what the name service has told it (REFUSED): an answer that is known serves at
// once, and until it is too old or the name is said not to exist.
extension Run {
  func judgeName(of client: Int, _ oracle: SessionOracle, _ players: Players) {
    let route = routes[client]
    guard route.listeners.count == 1, route.names.count == 1, let server = route.server,
      let record = records(ofClient: client, players).first
    else { return }
    let name = RunSetup.name(route.names[0])
    let events = network.nameEvents.filter { $0.name == name }
    // What is told at the same moment may be heard before or after.
    guard !events.contains(where: { $0.time == record.acceptedAt }) else { return }
    let serving = [IPAddress.Family.v4, .v6].filter(setup.canReach)
      .map { RunAddress.server(setup.servers[server].host, $0) }
    let known = Self.lastWord(events.filter { $0.time < record.acceptedAt })
    let isKnown = known.map { Self.leads($0, to: serving) && isKept($0, at: record.acceptedAt) } ?? false
    judgeOldAnswer(isKnown, events, serving, record, oracle)
    guard isKnown, setup.isPromptButForNames(route, client: client) else { return }
    oracle.checkHaste(
      .refused, because: "whose backend's name is known",
      since: Network.beginning + setup.clients[client].startsAt,
      within: setup.connectionMax(route, client: client), &verdicts)
  }

  /// Whoever was connected had an answer that still serves, or one that came in the meantime.
  private func judgeOldAnswer(
    _ isKnown: Bool, _ events: [NameEvent], _ serving: [IPAddress], _ record: SessionRecord, _ oracle: SessionOracle
  ) {
    guard let connectedAt = record.connectedAt else { return }
    let isNew = events.contains {
      $0.time > record.acceptedAt && $0.time <= connectedAt && Self.leads($0, to: serving)
    }
    verdicts.expect(
      .refused, isKnown || isNew, at: oracle.now,
      "client \(oracle.number) has a server though the last answer was too old, or said that there is none")
  }

  private func isKept(_ event: NameEvent, at time: Instant) -> Bool {
    time.since(event.time) < max(setup.keep, Limits.resolutionLifetime)
  }

  private static func lastWord(_ events: [NameEvent]) -> NameEvent? {
    events.last { if case .silence = $0.word { false } else { true } }
  }

  private static func leads(_ event: NameEvent, to serving: [IPAddress]) -> Bool {
    if case .addresses(let addresses) = event.word { addresses.contains(where: serving.contains) } else { false }
  }
}
