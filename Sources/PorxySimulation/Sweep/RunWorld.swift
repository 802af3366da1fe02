import PorxyCore

/// The network of a random run with its hosts, the peers on them and, unless they meet directly, porxy.
struct RunWorld {
  let network: Network
  let randomPeers: RandomPeers
  let porxyHost: HostID
  let porxy: SimulatedPorxy?

  /// How a direct run differs from the proxied one in what nobody promises: time.
  struct Stretch: Sendable, Equatable {
    var latency = 1.0
    /// How long clients and servers think before each thing that they do.
    var clientThinks = Duration.zero
    var serverThinks = Duration.zero
    var tracesMax = 0
    /// What porxy has go wrong.
    var faults: FaultSettings?
    /// Which sessions porxy keeps recordings of.
    var record = RecordMode.off
  }

  /// Where nobody listens.
  private static let nowhere: UInt16 = 7

  init(_ setup: RunSetup, _ arm: Arm, _ stretch: Stretch) {
    let network = Network(setup.seed)
    network.trace.entriesMax = stretch.tracesMax
    self.network = network
    let clients = setup.clientLatencies.indices.map { place in
      network.addHost(RunSetup.clientHost(place), RunAddress.client(place), limits: setup.clientLimits)
    }
    let servers = setup.serverLatencies.indices.map { place in
      network.addHost(
        RunSetup.serverHost(place), RunAddress.server(place, .v4), RunAddress.server(place, .v6),
        limits: setup.serverLimits)
    }
    let own = [RunAddress.porxy(.v4)] + (setup.canReach(.v6) ? [RunAddress.porxy(.v6)] : [])
    porxyHost = network.addHost(RunSetup.porxyHost, own, limits: setup.porxyLimits)
    Self.join(clients, servers, porxyHost, setup, stretch, network)
    setup.addNames(to: network)
    let backendEndpoints = setup.servers.enumerated().map { place, server in
      RandomPeers.BackendEndpoint(
        host: servers[server.host], port: RunSetup.backendPort + UInt16(place), listens: !server.isRefused,
        peerPlan: server.peerPlan, thinks: stretch.serverThinks)
    }
    let callers = setup.clients.enumerated().map { number, client in
      var entrance = Endpoint(RunAddress.porxy(.v4), RunSetup.entrancePort + UInt16(client.listener))
      if arm == .direct {
        let server = setup.route(ofClient: number).server
        entrance = Endpoint(
          RunAddress.server(server.map { setup.servers[$0].host } ?? 0, .v4),
          server.map { RunSetup.backendPort + UInt16($0) } ?? Self.nowhere)
      }
      return RandomPeers.Caller(host: clients[client.host], entrance: entrance)
    }
    let peers = setup.clients.enumerated().map { number, client in
      RandomPeer<Network>(client.peerPlan, number: 2 * number, thinksFor: stretch.clientThinks)
    }
    randomPeers = RandomPeers(peers, callers, backendEndpoints: backendEndpoints, of: network)
    network.peers = randomPeers
    var configuration = setup.configuration
    configuration.faults = stretch.faults ?? (setup.liveFaults.isEmpty ? nil : FaultSettings(seed: setup.seed.value))
    configuration.record = stretch.record
    porxy = arm == .direct ? nil : SimulatedPorxy(configuration, on: porxyHost, of: network)
    if arm == .proxied { network.adopt(setup.plan) }
    for (number, client) in setup.clients.enumerated() {
      randomPeers.call(number, at: Network.beginning + client.startsAt, on: network)
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
}
