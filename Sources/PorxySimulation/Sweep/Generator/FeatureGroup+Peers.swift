import PorxyCore

// Who is there, what they do, and how they hang together.
extension FeatureGroup {
  static let peers =
    [
      one("clients", of: []) { PeerCount($0.clients.count) },
      one("servers", of: []) { PeerCount($0.servers.count) },
      one("hosts of clients", of: ["clients.host"]) { OneOrMore($0.clientLatencies.count) },
      one("hosts of servers", of: ["servers.host"]) { OneOrMore($0.serverLatencies.count) },
      some("client's way", of: ["clientLatencies"]) { $0.clientLatencies.map { Distance($0) } },
      some("server's way", of: ["serverLatencies"]) { $0.serverLatencies.map { Distance($0) } },
      either("expected record", of: ["clients.expectedRecord"], "none", "some") {
        $0.clients.contains { $0.expectedRecord != nil }
      },
      some("server's address", of: ["servers.name", "servers.isV6"]) { setup in
        setup.servers.map { ServerAddress($0, in: setup) }
      },
      some("server's port", of: ["servers.isRefused"]) {
        $0.servers.map { $0.isRefused ? .refuses : .listens } as [Listening]
      },
    ] + peer("client", "clients") { $0.clients.map(\.peerPlan) }
    + peer("server", "servers") { $0.servers.map(\.peerPlan) } + [session]

  static let listeners = [
    some("listener leads to", of: ["listeners.target"]) { $0.listeners.map { Lead($0.target) } },
    either("limit of a listener", of: ["listeners.sessionsMax"], "none", "set") {
      $0.listeners.contains { $0.sessionsMax != nil }
    },
    some("client's listeners", of: ["clients.listener"]) { setup in
      setup.clients.indices.map { Passage(setup.route(ofClient: $0)) }
    },
    some("shared", of: ["clients.listener", "listeners.target"]) { Sharing.all(in: $0) },
  ]

  static let names = [
    one("names", of: []) { FeatureCount($0.names.count) },
    some("name leads to", of: ["names.targets"]) { $0.names.flatMap { $0.targets.map { NameTarget($0) } } },
    some("addresses of a name", of: ["names.targets"]) { $0.names.map { NameSize($0.targets.count) } },
    some("name's servers", of: ["names.targets"]) { $0.names.map { ServersOfName($0.targets) } },
  ]

  private static func peer(
    _ name: String, _ property: String, _ plans: @escaping @Sendable (RunSetup) -> [PeerPlan]
  ) -> [FeatureGroup] {
    [
      some("\(name)", of: ["\(property).peerPlan.profile"]) { plans($0).map(\.profile) },
      some("\(name)'s deed", of: ["\(property).peerPlan.actions"]) { setup in
        plans(setup).flatMap { $0.actions.isEmpty ? [.nothing] : $0.actions.map(\.verb) }
      },
      some("\(name)'s calls", of: ["\(property).peerPlan.chunk"]) { plans($0).map { CallSize($0.chunk) } },
      some("\(name) reads", of: ["\(property).peerPlan.readsAlong", "\(property).peerPlan.readsAlways"]) { setup in
        plans(setup).map { $0.readsAlways ? .always : $0.readsAlong ? .along : .inTurn } as [Reading]
      },
    ]
  }

  /// The profiles of a client and of the server that it gets to.
  private static let session: FeatureGroup = {
    let profiles = PeerProfile.allCases
    let values = profiles.flatMap { client in profiles.map { "\(words(client)), \(words($0))" } }
    return FeatureGroup("client and its server", .alone, of: [], values) { setup in
      setup.clients.indices.compactMap { number in
        guard let server = setup.route(ofClient: number).server,
          let client = profiles.firstIndex(of: setup.clients[number].peerPlan.profile),
          let other = profiles.firstIndex(of: setup.servers[server].peerPlan.profile)
        else { return nil }
        return client * profiles.count + other
      }
    }
  }()

  private enum PeerCount: CaseIterable {
    case one
    case few
    case many

    init(_ count: Int) {
      self = count == 1 ? .one : count <= 4 ? .few : .many
    }
  }

  /// One way.
  private enum Distance: CaseIterable {
    case underAMillisecond
    case underTenMilliseconds
    case longer

    init(_ latency: Duration) {
      self =
        latency < .milliseconds(1)
        ? .underAMillisecond : latency < .milliseconds(10) ? .underTenMilliseconds : .longer
    }
  }

  private enum ServerAddress: CaseIterable {
    case v4
    case v6
    case name
    /// None of the name's addresses is the server's.
    case nameOfOthers

    init(_ server: ServerSetup, in setup: RunSetup) {
      guard let name = server.name else {
        self = server.isV6 ? .v6 : .v4
        return
      }
      let isIts = setup.names[name].targets.contains { if case .server(server.host, _) = $0 { true } else { false } }
      self = isIts ? .name : .nameOfOthers
    }
  }

  private enum Listening: CaseIterable {
    case listens
    case refuses
  }

  private enum Lead: CaseIterable {
    case server
    case listenerByAddress
    case listenerByName

    init(_ target: ListenerSetup.Target) {
      switch target {
      case .server: self = .server
      case .listener(_, let name): self = name == nil ? .listenerByAddress : .listenerByName
      }
    }
  }

  /// What a client's bytes pass before they are at a server.
  private enum Passage: CaseIterable {
    case one
    case chain
    case loop

    init(_ route: Route) {
      self = route.loops ? .loop : route.listeners.count > 1 ? .chain : .one
    }
  }

  private enum Sharing: CaseIterable {
    case listenerByClients
    case serverByListeners
    case hostByClients
    case hostByServers

    static func all(in setup: RunSetup) -> [Sharing] {
      let servers = setup.listeners.compactMap { if case .server(let server) = $0.target { server } else { nil } }
      return [
        (setup.clients.map(\.listener), listenerByClients), (servers, serverByListeners),
        (setup.clients.map(\.host), hostByClients), (setup.servers.map(\.host), hostByServers),
      ].filter { Set($0.0).count < $0.0.count }.map(\.1)
    }
  }

  private enum NameTarget: CaseIterable {
    case serverV4
    case serverV6
    case refusingV4
    case refusingV6
    case silentV4
    case silentV6
    case porxyV4
    case porxyV6
    case unreachableV4
    case unreachableV6

    init(_ target: RunTarget) {
      let isV6 = target.family == .v6
      switch target {
      case .server: self = isV6 ? .serverV6 : .serverV4
      case .refusing: self = isV6 ? .refusingV6 : .refusingV4
      case .silent: self = isV6 ? .silentV6 : .silentV4
      case .porxy: self = isV6 ? .porxyV6 : .porxyV4
      case .unreachable: self = isV6 ? .unreachableV6 : .unreachableV4
      }
    }
  }

  private enum NameSize: CaseIterable {
    case one
    case few
    case many

    init(_ count: Int) {
      self = count == 1 ? .one : count < 10 ? .few : .many
    }
  }

  private enum ServersOfName: CaseIterable {
    case none
    case one
    case several

    init(_ targets: [RunTarget]) {
      let hosts = targets.compactMap { if case .server(let host, _) = $0 { host } else { nil } }
      self = hosts.isEmpty ? .none : hosts.allSatisfy { $0 == hosts[0] } ? .one : .several
    }
  }

  /// The most bytes of one call.
  private enum CallSize: CaseIterable {
    case bytes
    case small
    case whole

    init(_ chunk: UInt32) {
      self = chunk == 1 ? .bytes : chunk < 1 << 20 ? .small : .whole
    }
  }

  private enum Reading: CaseIterable {
    case inTurn
    case along
    case always
  }
}

extension PeerAction {
  /// Its word in the text of a run.
  fileprivate var verb: PeerActionVerb {
    switch self {
    case .send: .send
    case .receive: .receive
    case .receiveInAll: .receiveInAll
    case .drain: .drain
    case .echo: .echo
    case .pause: .pause
    case .finish: .finish
    case .close: .close
    case .reset: .reset
    case .vanish: .vanish
    }
  }
}
