import PorxyCore

extension RunSetup {
  /// Ways to a smaller run, the ones that take most away first; each gives runs that are one thing smaller.
  static let stages: [@Sendable (RunSetup) -> [RunSetup]] = [
    { $0.withFewerSessions }, { $0.withFewerFaults }, { $0.withPlainerSettings }, { $0.withFewerDeeds },
    { $0.withSmallerSizes },
  ]

  private var withFewerSessions: [RunSetup] {
    guard sessions.count > 1 else { return [] }
    let alone = sessions.map { [$0] }
    let fewer = sessions.count == 2 ? [] : sessions.indices.map { Self.without($0, sessions) }
    return (alone + fewer).map { some in changed { $0.sessions = some } }
  }

  private var withFewerFaults: [RunSetup] {
    let faults = plan.faults
    guard !faults.isEmpty else { return [] }
    let alone = faults.count == 1 ? [] : faults.map { [$0] }
    return ([[]] + alone + faults.indices.map { Self.without($0, faults) }).map { some in
      changed { $0.plan.faults = some }
    }
  }

  /// As a run is that says nothing of them.
  private var withPlainerSettings: [RunSetup] {
    var plainer: [RunSetup] = [
      changed { $0.clientLimits = HostLimits() }, changed { $0.porxyLimits = HostLimits() },
      changed { $0.serverLimits = HostLimits() }, changed { $0.names = nil }, changed { $0.sessionsMax = nil },
      changed { $0.timeouts = Timeouts() }, changed { $0.relay = .auto },
      changed { $0.clientLatencies = $0.clientLatencies.map { _ in Self.plainLatency } },
      changed { $0.serverLatencies = $0.serverLatencies.map { _ in Self.plainLatency } },
    ]
    for index in sessions.indices {
      plainer.append(changed { $0.sessions[index].startsAt = .zero })
      for peer in Self.peers {
        plainer.append(changed { $0.sessions[index][keyPath: peer].chunk = 1 << 20 })
        plainer.append(changed { $0.sessions[index][keyPath: peer].readsAlong = false })
      }
    }
    if let fewer = withFewerHosts { plainer.append(fewer) }
    return plainer.filter { $0 != self }
  }

  private var withFewerDeeds: [RunSetup] {
    sessions.indices.flatMap { index in
      Self.peers.flatMap { peer in
        // Who streams is held to read to the end.
        let manners = sessions[index][keyPath: peer]
        guard manners.temper != .streams else { return [RunSetup]() }
        return manners.deeds.indices.map { place in
          changed { $0.sessions[index][keyPath: peer].deeds.remove(at: place) }
        }
      }
    }
  }

  /// A tenth of the bytes and pauses of a session, or of a single deed; faults at rounder times; a shorter run.
  private var withSmallerSizes: [RunSetup] {
    var smaller: [RunSetup] = []
    for index in sessions.indices {
      smaller.append(
        changed { setup in
          for peer in Self.peers {
            setup.sessions[index][keyPath: peer].deeds = setup.sessions[index][keyPath: peer].deeds.map(\.smaller)
          }
        })
      for peer in Self.peers {
        for place in sessions[index][keyPath: peer].deeds.indices {
          let deed = sessions[index][keyPath: peer].deeds[place].smaller
          smaller.append(changed { $0.sessions[index][keyPath: peer].deeds[place] = deed })
        }
      }
    }
    for index in plan.faults.indices {
      smaller.append(
        changed {
          $0.plan.faults[index].from = $0.plan.faults[index].from.rounder
          $0.plan.faults[index].until = $0.plan.faults[index].until.rounder
        })
    }
    smaller.append(changed { $0.length = .nanoseconds(Int64($0.length.nanoseconds / 2)).rounder })
    return smaller.filter { $0 != self }
  }

  /// Only those that a session uses; faults on the others go with them.
  private var withFewerHosts: RunSetup? {
    guard sessions.count == 1, clientLatencies.count + serverLatencies.count > 2 else { return nil }
    let (client, server) = (sessions[0].clientHost, sessions[0].serverHost)
    let names = ["client\(client + 1)": "client1", "server\(server + 1)": "server1", "porxy": "porxy", "": ""]
    return changed { setup in
      setup.clientLatencies = [clientLatencies[client]]
      setup.serverLatencies = [serverLatencies[server]]
      (setup.sessions[0].clientHost, setup.sessions[0].serverHost) = (0, 0)
      setup.plan.faults = plan.faults.compactMap { fault in
        guard let host = names[fault.host], let other = names[fault.other] else { return nil }
        var moved = fault
        (moved.host, moved.other) = (host, other)
        return moved
      }
    }
  }

  private static let plainLatency = Link().latency
  private static var peers: [WritableKeyPath<SessionSetup, Manners>] { [\.client, \.server] }

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

extension Deed {
  fileprivate var smaller: Deed {
    switch self {
    case .send(let count) where count > 1: .send(max(count / 10, 1))
    case .receive(let count) where count > 1: .receive(max(count / 10, 1))
    case .pause(let time) where time > .milliseconds(1): .pause(.nanoseconds(Int64(time.nanoseconds / 10)).rounder)
    default: self
    }
  }
}

extension Duration {
  /// Up to a whole millisecond.
  fileprivate var rounder: Duration { .milliseconds(Int64((nanoseconds + 999_999) / 1_000_000)) }
}
