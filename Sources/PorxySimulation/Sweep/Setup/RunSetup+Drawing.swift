import PorxyCore

extension RunSetup {
  /// How the sessions of a run hang together.
  private enum Form: CaseIterable {
    /// A listener and a server each.
    case apart
    /// Few servers, and several listeners to each.
    case shared
    /// The same, with listeners that lead to other listeners or back to themselves.
    case chained
  }

  /// What a seed stands for.
  public init(drawing seed: Seed) {
    self.init(seed)
    let chance = Chance(seed)
    var own = chance.generator(.peer, 1 << 32)
    length = .milliseconds(500 + Int(own.below(12_000)))
    clientLatencies = (0...own.below(3)).map { _ in Self.latency(&own) }
    serverLatencies = (0...own.below(3)).map { _ in Self.latency(&own) }
    workers = own.pick(Self.workerCounts)
    relay = own.pick(RelayMode.allCases)
    drawMachines(&own)
    if own.chance(1, in: 12) { sessionsMax = 1 + Int(own.below(4)) }
    if own.chance(1, in: 12) { timeouts.idle = .seconds(1 + Int(own.below(60))) }
    if own.chance(1, in: 12) { timeouts.connect = .seconds(1 + Int(own.below(20))) }
    if own.chance(1, in: 12) { timeouts.user = .seconds(1 + Int(own.below(60))) }
    if own.chance(1, in: 8) { keep = own.pick([.zero, .milliseconds(500), .seconds(3)]) }
    if own.chance(1, in: 2) { names = (0...own.below(3)).map { _ in drawName(&own) } }
    drawSessions(own.pick(Form.allCases), chance, &own)
    drawHeaders(chance)
    plan = Plan.draw(seed, for: topology, lasting: length)
    let kind = own.below(8)
    narrow(to: kind, &own)
    if own.chance(1, in: 4) {
      let span = UInt64(length / .milliseconds(1))
      reloads = (0...own.below(3)).map { _ in .milliseconds(Int(own.below(span))) }.sorted()
    }
    drawHealth(chance)
    drawLiveFaults(chance)
    drawBackends(chance)
    drawOrders(chance, isNarrow: kind < Self.narrowKinds)
    if kind >= Self.narrowKinds, plan.faults.contains(where: { $0.kind == .standstill }) { drawShortTimeouts(&own) }
  }

  /// From a generator of its own, so that the others stay what they are without checks.
  private mutating func drawHealth(_ chance: Chance) {
    var its = chance.generator(.peer, 1 << 33)
    guard its.chance(1, in: 8) else { return }
    var drawn = HealthSettings(every: .seconds(its.pick([4, 10, 30])))
    drawn.timeout = its.pick([.seconds(1), .seconds(3)])
    drawn.fall = 1 + Int(its.below(2))
    drawn.rise = 1 + Int(its.below(2))
    health = drawn
  }

  /// From a generator of its own, so that the others stay what they are without them.
  private mutating func drawLiveFaults(_ chance: Chance) {
    var its = chance.generator(.peer, 1 << 34)
    guard its.chance(1, in: 8) else { return }
    liveFaults = (0...its.below(3)).map { _ in LiveFault(&its, lasting: length) }
  }

  /// From a generator of its own. Where a listener leads to another one, looks of `mirror` at the other are sessions,
  /// which no judge can tell from those of clients; a name that hangs may lose against its backend's other endpoints.
  private mutating func drawBackends(_ chance: Chance) {
    var its = chance.generator(.peer, 1 << 37)
    if its.chance(1, in: 8), names.isEmpty { balance = its.pick(Balance.allCases) }
    let leadsOn = listeners.contains { if case .listener = $0.target { true } else { false } }
    if its.chance(1, in: 12), !leadsOn { isMirror = true }
  }

  /// Porxy is told to stop while sessions live, once or twice, or to reset one. From a generator of its own.
  private mutating func drawOrders(_ chance: Chance, isNarrow: Bool) {
    var its = chance.generator(.peer, 1 << 35)
    if its.chance(1, in: 3), !isNarrow {
      timeouts.keepalive = Keepalive(idle: .seconds(1 + Int(its.below(5))), interval: .seconds(1), count: 3)
    }
    guard health == nil, !isMirror, its.chance(1, in: 8) else { return }
    timeouts.drain = its.pick([.milliseconds(200), .seconds(2), .seconds(5), Self.ampleDrain, Self.ampleDrain])
    let span = length.nanoseconds
    let moments = (0..<3).map { _ in Duration.nanoseconds(Int64(its.below(span))) }.sorted()
    if its.chance(1, in: 4), !clients.isEmpty {
      orders.append(RunOrder(kind: .reset(client: Int(its.below(UInt64(clients.count)))), at: moments[0]))
    }
    if its.chance(3, in: 4) { orders.append(RunOrder(kind: .drain, at: moments[1])) }
    if its.chance(1, in: 4) { orders.append(RunOrder(kind: .stop, at: moments[2])) }
  }

  /// One worker mostly: what goes wrong in a worker is seen best alone.
  private static let workerCounts = [Int](repeating: 1, count: 12) + [2, 2, 2, 2, 2, 3, 3, 3]

  /// A standstill shows what is judged by the clock only where a timeout ends within it.
  private mutating func drawShortTimeouts(_ own: inout Xoshiro256) {
    if own.chance(1, in: 2) { timeouts.idle = .milliseconds(100 + Int(own.below(2000))) }
    if own.chance(1, in: 4) { timeouts.connect = .milliseconds(100 + Int(own.below(2000))) }
  }

  /// Of eight kinds of runs, those that are narrowed.
  private static let narrowKinds: UInt64 = 6

  private mutating func drawMachines(_ own: inout Xoshiro256) {
    Self.draw(&clientLimits, &own)
    Self.draw(&porxyLimits, &own)
    Self.draw(&serverLimits, &own)
    if own.chance(1, in: 4) { porxyLimits.pipesMax = Int(own.below(3)) }
    if own.chance(1, in: 4) { porxyLimits.blocksMax = Int(own.below(3)) }
    if own.chance(1, in: 6) { porxyLimits.hasIPv6 = false }
    if own.chance(1, in: 8) { routesV6 = false }
  }

  private mutating func drawSessions(_ form: Form, _ chance: Chance, _ own: inout Xoshiro256) {
    let bytesMax = bytesMax
    let count = 1 + own.below(12)
    let serverCount = form == .apart ? count : 1 + own.below(4)
    var drawn: [SessionSetup] = []
    for number in 0..<serverCount {
      var its = chance.generator(.peer, number)
      let session = SessionSetup(
        &its, lasting: length, clients: clientLatencies.count, servers: serverLatencies.count, bytesMax: bytesMax)
      drawn.append(session)
      drawServer(session, &its)
      listeners.append(ListenerSetup(.server(Int(number))))
    }
    if form != .apart { drawListeners(form, &own) }
    for number in 0..<count {
      // From a generator of its own, so that the others stay what they are when it is taken out.
      var its = chance.generator(.peer, 1 << 16 | number)
      guard form != .apart else {
        let session = drawn[Int(number)]
        clients.append(
          ClientSetup(
            startsAt: session.startsAt, host: session.clientHost, listener: Int(number), peerPlan: session.client))
        continue
      }
      let session = SessionSetup(
        &its, lasting: length, clients: clientLatencies.count, servers: serverLatencies.count, bytesMax: bytesMax)
      let listener = Int(its.below(UInt64(listeners.count)))
      clients.append(
        ClientSetup(startsAt: session.startsAt, host: session.clientHost, listener: listener, peerPlan: session.client))
      let server = route(ofClient: Int(number)).server
      if let server { clients[Int(number)].peerPlan = drawn[server].furtherClient(&its) }
    }
  }

  private mutating func drawServer(_ session: SessionSetup, _ its: inout Xoshiro256) {
    var server = ServerSetup(host: session.serverHost, isRefused: session.isRefused, peerPlan: session.server)
    // A name of another host leads to a port where nobody listens: seldom enough.
    let fitting = names.indices.filter { place in
      names[place].targets.contains { if case .server(server.host, _) = $0 { true } else { false } }
    }
    if its.chance(2, in: 3), !fitting.isEmpty {
      server.name = its.pick(fitting)
    } else if its.chance(1, in: 16), !names.isEmpty {
      server.name = Int(its.below(UInt64(names.count)))
    } else {
      server.isV6 = its.chance(1, in: 4)
    }
    servers.append(server)
  }

  private mutating func drawListeners(_ form: Form, _ own: inout Xoshiro256) {
    for _ in 0..<own.below(4) {
      let target =
        form == .chained && own.chance(2, in: 3)
        ? drawChain(&own) : ListenerSetup.Target.server(Int(own.below(UInt64(servers.count))))
      listeners.append(ListenerSetup(target))
    }
    for place in listeners.indices where own.chance(1, in: 12) {
      listeners[place].sessionsMax = 1 + Int(own.below(3))
    }
  }

  /// To any listener so far, or the one that is being drawn: a loop of any length, or a chain.
  private mutating func drawChain(_ own: inout Xoshiro256) -> ListenerSetup.Target {
    let next = Int(own.below(UInt64(listeners.count + 1)))
    guard own.chance(1, in: 2) else { return .listener(next, name: nil) }
    names.append(NameSetup([.porxy(own.chance(1, in: 4) ? .v6 : .v4)]))
    if own.chance(1, in: 4) { names[names.count - 1].targets.insert(.refusing(.v4), at: 0) }
    return .listener(next, name: names.count - 1)
  }

  /// Porxy in front of porxy tells of its clients now and then. From a generator of its own: nothing else is drawn
  /// otherwise.
  private mutating func drawHeaders(_ chance: Chance) {
    guard listeners.contains(where: { if case .listener = $0.target { true } else { false } }) else { return }
    var its = chance.generator(.peer, 1 << 36)
    if its.chance(2, in: 3) { headers = its.pick(ProxyProtocolVersion.allCases) }
  }

  // MARK: Names

  private func drawName(_ own: inout Xoshiro256) -> NameSetup {
    let host = Int(own.below(UInt64(serverLatencies.count)))
    let family = own.pick([IPAddress.Family.v4, .v4, .v6])
    var targets = [RunTarget.server(host, family)]
    if own.chance(1, in: 4) { targets.append(.server(host, family == .v4 ? .v6 : .v4)) }
    if own.chance(1, in: 8) { targets.append(.server(Int(own.below(UInt64(serverLatencies.count))), family)) }
    for _ in 0..<own.below(3) {
      targets.insert(Self.drawDeadEnd(&own), at: Int(own.below(UInt64(targets.count + 1))))
    }
    if own.chance(1, in: 12) {
      // Dozens of addresses, of which the last is tried first when the answers change.
      let last = targets
      targets += (0..<10 + own.below(30)).map { _ in Self.drawDeadEnd(&own) } + last.reversed()
    }
    if own.chance(1, in: 16) { targets = targets.filter { if case .server = $0 { false } else { true } } }
    return NameSetup(targets.isEmpty ? [.refusing(.v4)] : targets)
  }

  private static func drawDeadEnd(_ own: inout Xoshiro256) -> RunTarget {
    let family = own.pick([IPAddress.Family.v4, .v6])
    return own.pick([
      RunTarget.refusing(family), .refusing(family), .silent(family), .porxy(family), .unreachable(family),
    ])
  }

  // MARK: Narrowing

  /// Three quarters of all runs are such that what peers see is foretold, and some such that it can be compared: all of
  /// it, or that of the clients whose backend nothing ails.
  private mutating func narrow(to kind: UInt64, _ own: inout Xoshiro256) {
    guard kind < Self.narrowKinds else { return }
    let sick = own.pick(topology.names + topology.servers + topology.servers)
    plan.faults.removeAll { fault in
      switch kind {
      case 0: !fault.kind.isLocal
      case 1: !fault.kind.isNeutral && !fault.kind.isShortage
      case 2, 3: !fault.kind.isLocal && fault.other != sick && fault.host != sick && fault.kind != .noV6
      default: !fault.kind.isNeutral
      }
    }
    (sessionsMax, timeouts) = (nil, Timeouts())
    guard kind == 0 || kind == 2 else { return }
    for limits in [\RunSetup.clientLimits, \.porxyLimits, \.serverLimits] {
      self[keyPath: limits].sendCapacity = Self.roomy
      self[keyPath: limits].receiveCapacity = Self.roomy
    }
  }

  // MARK: Sizes

  /// What goes through in ten seconds when the smallest buffer is filled once a round trip.
  private var bytesMax: UInt64 {
    let least = min(clientLimits.least, porxyLimits.least, serverLimits.least)
    let way = (clientLatencies.max() ?? .zero) + (serverLatencies.max() ?? .zero)
    let trips = 10_000_000_000 / max(2 * way.nanoseconds, 1)
    return min(UInt64(least) * min(max(trips, 1), 100), 400_000)
  }

  private static func latency(_ own: inout Xoshiro256) -> Duration {
    .microseconds(own.pick([5, 50, 50, 300, 1_000, 8_000, 40_000, 150_000]))
  }

  private static func draw(_ limits: inout HostLimits, _ own: inout Xoshiro256) {
    limits.sendCapacity = own.pick([65_536, 65_536, 212_992, 16_384, 4_096, 700, 64])
    limits.receiveCapacity = own.pick([65_536, 65_536, 131_072, 16_384, 4_096, 700, 64])
    if own.chance(1, in: 6) { limits.finTimeout = .seconds(1 + Int(own.below(10))) }
  }
}
