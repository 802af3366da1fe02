import PorxyCore

/// The network of a random run with its hosts, the peers on them and, unless they meet directly, porxy.
struct RunWorld {
  let network: Network
  let company: Company
  let porxyHost: HostID
  let porxy: SimulatedPorxy?

  /// How a direct run differs from the proxied one in what nobody promises: time.
  struct Stretch: Sendable, Equatable {
    var latency = 1.0
    /// How long clients and servers think before each thing that they do.
    var clientThinks = Duration.zero
    var serverThinks = Duration.zero
    var tracesMax = 0
  }

  private static let doorPort: UInt16 = 9000
  private static let entrancePort: UInt16 = 8000
  private static let porxyAddress = address(0, 1)
  private static let refusingAddress = address(3, 1)
  private static let silentAddress = address(4, 1)

  init(_ setup: RunSetup, _ arm: Arm, _ stretch: Stretch) {
    let network = Network(setup.seed)
    network.trace.entriesMax = stretch.tracesMax
    self.network = network
    let clients = setup.clientLatencies.indices.map { place in
      network.addHost(
        "client\(place + 1)", Self.address(1, UInt32(place + 1)),
        limits: setup.clientLimits)
    }
    let servers = setup.serverLatencies.indices.map { place in
      network.addHost(
        "server\(place + 1)", Self.address(2, UInt32(place + 1)),
        limits: setup.serverLimits)
    }
    porxyHost = network.addHost("porxy", Self.porxyAddress, limits: setup.porxyLimits)
    Self.join(clients, servers, porxyHost, setup, stretch, network)
    let doors = setup.sessions.enumerated().map { number, session in
      Endpoint(Self.address(2, UInt32(session.serverHost + 1)), Self.doorPort + UInt16(number))
    }
    let entrances = setup.sessions.indices.map { number in
      arm == .direct ? doors[number] : Endpoint(Self.porxyAddress, Self.entrancePort + UInt16(number))
    }
    if let kind = setup.names { Self.name(kind, servers.count, network) }
    let peers = setup.sessions.enumerated().flatMap { number, session in
      [
        RandomPeer<Network>(session.client, number: 2 * number, thinksFor: stretch.clientThinks),
        RandomPeer<Network>(session.server, number: 2 * number + 1, thinksFor: stretch.serverThinks),
      ]
    }
    company = Company(
      peers, on: setup.sessions.flatMap { [clients[$0.clientHost], servers[$0.serverHost]] }, entrances: entrances,
      doors: doors, listens: setup.sessions.map { !$0.isRefused }, of: network)
    network.peers = company
    porxy =
      arm == .direct
      ? nil : SimulatedPorxy(setup.configuration(entrances: entrances, doors: doors), on: porxyHost, of: network)
    if arm == .proxied { network.adopt(setup.plan) }
    for (number, session) in setup.sessions.enumerated() {
      company.call(number, at: Network.beginning + session.startsAt, on: network)
    }
  }

  private static func join(
    _ clients: [HostID], _ servers: [HostID], _ porxy: HostID, _ setup: RunSetup, _ stretch: Stretch,
    _ network: Network
  ) {
    for (client, near) in zip(clients, setup.clientLatencies) {
      network.setLink(between: client, porxy, Link(latency: near))
      for (server, far) in zip(servers, setup.serverLatencies) {
        let both = (near + far).nanoseconds
        network.setLink(
          between: client, server, Link(latency: .nanoseconds(Int64(Double(both) * stretch.latency))))
      }
    }
    for (server, far) in zip(servers, setup.serverLatencies) {
      network.setLink(between: server, porxy, Link(latency: far))
    }
  }

  private static func name(_ kind: RunSetup.NameKind, _ servers: Int, _ network: Network) {
    if kind == .refusingThenServer { _ = network.addHost("refusing", refusingAddress) }
    if kind == .silentThenServer { network.cutPower(of: network.addHost("silent", silentAddress)) }
    for place in 0..<servers {
      let server = address(2, UInt32(place + 1))
      switch kind {
      case .server: network.setName("backend\(place)", to: [server])
      case .refusingThenServer: network.setName("backend\(place)", to: [refusingAddress, server])
      case .silentThenServer: network.setName("backend\(place)", to: [silentAddress, server])
      }
    }
  }

  private static func address(_ net: UInt32, _ host: UInt32) -> IPAddress {
    IPAddress(v4: 0x0a00_0000 | net << 8 | host)
  }
}

extension RunSetup {
  /// A listener and a backend a session.
  fileprivate func configuration(entrances: [Endpoint], doors: [Endpoint]) -> Configuration {
    var configuration = Configuration(listeners: [], backends: [], limits: Limits(sessionsMax: sessionsMax))
    configuration.relay = relay
    for (number, session) in sessions.enumerated() {
      configuration.backends.append(
        Backend(
          name: "server", host: names == nil ? .address(doors[number].address) : .name("backend\(session.serverHost)"),
          port: doors[number].port, timeouts: timeouts))
      configuration.listeners.append(
        Listener(name: "in", backend: number, endpoints: [entrances[number]], timeouts: timeouts))
    }
    return configuration
  }
}
