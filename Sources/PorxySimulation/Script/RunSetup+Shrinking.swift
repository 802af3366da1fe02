import PorxyCore

extension RunSetup {
  private static let shrinker = Shrinker<RunSetup>(
    stages: [
      { $0.withFewerSessions }, { $0.withFewerFaults }, { $0.withFewerSessionsAndOtherChances },
      { $0.withPlainerSettings }, { $0.withPlainerWays }, { $0.withFewerActions }, { $0.withSmallerSizes },
    ], triesMax: 600)

  /// Takes sessions, faults, actions, settings and sizes away as long as the rule that failed first still fails; itself
  /// where nothing fails.
  public func shrunk(keepsTrying: () -> Bool = { true }) -> RunSetup {
    guard let rule = perform().findings.first?.rule else { return self }
    return shrunk(keepsTrying: keepsTrying) { $0.findings.contains { $0.rule == rule } }
  }

  /// The same for anything else that an outcome shows.
  public func shrunk(keepsTrying: () -> Bool = { true }, while isBad: (RunOutcome) -> Bool) -> RunSetup {
    Self.shrinker.shrink(self, keepsTrying: keepsTrying) { isBad($0.perform()) }
  }

  private var withFewerSessions: [RunSetup] {
    var fewer: [RunSetup] = []
    if clients.count > 1 {
      let alone = clients.map { [$0] }
      let others = clients.count == 2 ? [] : clients.indices.map { Self.without($0, clients) }
      fewer = (alone + others).map { some in
        changed { setup in
          setup.clients = some
          // Whom they meant is another client now.
          setup.orders.removeAll { $0.client != nil }
        }.tidied
      }
    }
    return ([tidied] + fewer).filter { $0 != self }
  }

  /// Who is taken away takes its chances along, and all later ones fall otherwise: with a few other seeds, the run may
  /// fail as before.
  private var withFewerSessionsAndOtherChances: [RunSetup] {
    withFewerSessions.flatMap { fewer in (1...Self.otherSeeds).map { n in fewer.changed { $0.seed = seed.run(n) } } }
  }

  private var withFewerFaults: [RunSetup] {
    let faults = plan.faults
    let live = ([[]] + liveFaults.indices.map { Self.without($0, liveFaults) }).map { some in
      changed { $0.liveFaults = some }
    }.filter { $0 != self }
    guard !faults.isEmpty else { return live }
    let alone = faults.count == 1 ? [] : faults.map { [$0] }
    return live
      + ([[]] + alone + faults.indices.map { Self.without($0, faults) }).map { some in
        changed { $0.plan.faults = some }
      }
  }

  /// As a run is that says nothing of them.
  private var withPlainerSettings: [RunSetup] {
    var plainer: [RunSetup] = [
      changed { $0.clientLimits = HostLimits() }, changed { $0.porxyLimits = HostLimits() },
      changed { $0.serverLimits = HostLimits() }, changed { $0.routesV6 = true }, changed { $0.sessionsMax = nil },
      changed { $0.headers = nil },
      changed { $0.timeouts = Timeouts() }, changed { $0.keep = ResolveSettings().keep }, changed { $0.relay = .auto },
      changed { $0.clientLatencies = $0.clientLatencies.map { _ in Self.plainLatency } },
      changed { $0.serverLatencies = $0.serverLatencies.map { _ in Self.plainLatency } },
    ]
    plainer += (1..<workers).map { count in changed { $0.workers = count } }
    if isMirror { plainer.append(changed { $0.isMirror = false }) }
    if balance != nil { plainer.append(changed { $0.balance = nil }) }
    if health != nil { plainer.append(changed { $0.health = nil }) }
    if !orders.isEmpty { plainer.append(changed { $0.orders = [] }) }
    if !reloads.isEmpty { plainer.append(changed { $0.reloads = [] }) }
    if reloads.count > 1 { plainer += reloads.map { time in changed { $0.reloads = [time] } } }
    for index in clients.indices { plainer.append(changed { $0.clients[index].startsAt = .zero }) }
    for peerPlan in allPeerPlans {
      plainer.append(changed { $0[keyPath: peerPlan].chunk = 1 << 20 })
      plainer.append(changed { $0[keyPath: peerPlan].readsAlong = false })
      plainer.append(changed { $0[keyPath: peerPlan].readsAlways = false })
    }
    return plainer.filter { $0 != self }
  }

  /// Addresses in place of names, names with fewer addresses, and listeners that lead where they end.
  private var withPlainerWays: [RunSetup] {
    var plainer: [RunSetup] = []
    for index in servers.indices {
      plainer.append(changed { ($0.servers[index].name, $0.servers[index].isV6) = (nil, false) })
    }
    for index in listeners.indices {
      plainer.append(changed { $0.listeners[index].sessionsMax = nil })
      guard case .listener(let next, let name) = listeners[index].target else { continue }
      if name != nil { plainer.append(changed { $0.listeners[index].target = .listener(next, name: nil) }) }
      if next != index { plainer.append(changed { $0.listeners[index].target = listeners[next].target }) }
    }
    for index in names.indices where names[index].targets.count > 1 {
      let targets = names[index].targets
      let fewer = targets.map { [$0] } + targets.indices.map { Self.without($0, targets) }
      plainer += fewer.map { some in changed { $0.names[index].targets = some } }
    }
    return (plainer.map(\.tidied) + [withFewerHosts]).filter { $0 != self }
  }

  private var withFewerActions: [RunSetup] {
    allPeerPlans.flatMap { peerPlan in
      // Who streams is held to read to the end.
      guard self[keyPath: peerPlan].profile != .streams else { return [RunSetup]() }
      return self[keyPath: peerPlan].actions.indices.map { place in
        changed { $0[keyPath: peerPlan].actions.remove(at: place) }
      }
    }
  }

  /// A tenth of the bytes and pauses of all, or of a single action; faults at rounder times; a shorter run.
  private var withSmallerSizes: [RunSetup] {
    var smaller: [RunSetup] = []
    smaller.append(
      changed { setup in
        for peerPlan in allPeerPlans {
          setup[keyPath: peerPlan].actions = setup[keyPath: peerPlan].actions.map(\.smaller)
        }
      })
    for peerPlan in allPeerPlans {
      for place in self[keyPath: peerPlan].actions.indices {
        let action = self[keyPath: peerPlan].actions[place].smaller
        smaller.append(changed { $0[keyPath: peerPlan].actions[place] = action })
      }
    }
    for index in plan.faults.indices {
      smaller.append(
        changed {
          $0.plan.faults[index].from = $0.plan.faults[index].from.rounder
          $0.plan.faults[index].until = $0.plan.faults[index].until.rounder
        })
      // Without other peers and bytes, the call has another number, or the time alone is enough.
      guard let call = plan.faults[index].call else { continue }
      smaller.append(changed { $0.plan.faults[index].call = nil })
      for less in [call / 2, call - call / 4, call - 1] where less > 0 && less < call {
        smaller.append(changed { $0.plan.faults[index].call = less })
      }
    }
    smaller.append(changed { $0.length = .nanoseconds(Int64($0.length.nanoseconds / 2)).rounder })
    return smaller.filter { $0 != self }
  }

  private static let plainLatency = Link().latency
  private static let otherSeeds: UInt64 = 3

  private var allPeerPlans: [WritableKeyPath<RunSetup, PeerPlan>] {
    clients.indices.map { \RunSetup.clients[$0].peerPlan } + servers.indices.map { \RunSetup.servers[$0].peerPlan }
  }

  private static func without<Item>(_ index: Int, _ items: [Item]) -> [Item] {
    var rest = items
    rest.remove(at: index)
    return rest
  }

  private func changed(_ change: (inout RunSetup) -> Void) -> RunSetup {
    var setup = self
    change(&setup)
    return setup
  }
}

extension PeerAction {
  fileprivate var smaller: PeerAction {
    switch self {
    case .send(let count) where count > 1: .send(max(count / 10, 1))
    case .receive(let count) where count > 1: .receive(max(count / 10, 1))
    case .receiveInAll(let count) where count > 1: .receiveInAll(max(count / 10, 1))
    case .pause(let time) where time > .milliseconds(1): .pause(.nanoseconds(Int64(time.nanoseconds / 10)).rounder)
    default: self
    }
  }
}

extension Duration {
  /// Up to a whole millisecond.
  fileprivate var rounder: Duration { .milliseconds(Int64((nanoseconds + 999_999) / 1_000_000)) }
}
