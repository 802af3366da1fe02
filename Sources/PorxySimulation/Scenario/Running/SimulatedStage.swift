import PorxyCore

/// A simulated network set up for one scenario: hosts for its clients, its server and, in the proxied arm, porxy.
final class SimulatedStage {
  let scenario: Scenario
  let arm: Arm
  let network: Network
  let cast = Cast()
  /// The hosts of clients, by number from 1; the same one for all where they share it.
  let clientHosts: [HostID]
  let server: HostID
  let porxyHost: HostID
  /// nil in the direct arm.
  let porxy: SimulatedPorxy?
  /// How long a step's outcome may take where the scenario does not say.
  var patience = Duration.seconds(2)
  /// Records that `porxy tells` has not been compared with.
  var untold = 0

  static let serverPort: UInt16 = 9000
  static let porxyPort: UInt16 = 8000
  static let backendName = "backend"

  private static let porxyAddress = address(0, 1)
  private static let serverAddress = address(2, 1)
  private static let refusingAddress = address(3, 1)
  private static let silentAddress = address(4, 1)

  init(_ scenario: Scenario, _ arm: Arm, relay: RelayMode?, seed: Seed, entriesMax: Int) {
    self.scenario = scenario
    self.arm = arm
    network = Network(seed)
    network.trace.entriesMax = entriesMax
    let count = scenario.clientSettings.contains(.sharedHost) ? 1 : scenario.clientCount
    let network = network
    clientHosts = (1...count).map { number in
      network.addHost(
        Place.client(number).description, Self.address(1, UInt32(number)), limits: HostLimits(scenario.clientSettings))
    }
    porxyHost = network.addHost("porxy", Self.porxyAddress, limits: HostLimits(scenario.porxySettings))
    server = network.addHost("server", Self.serverAddress, limits: HostLimits(scenario.serverSettings))
    _ = network.addHost("refusing", Self.refusingAddress)
    network.cutPower(of: network.addHost("silent", Self.silentAddress))
    network.peers = cast
    for case .latency(let latency) in scenario.settings {
      for host in clientHosts + [server] {
        network.setLink(between: host, porxyHost, Link(latency: latency))
        if host != server { network.setLink(between: host, server, Link(latency: latency)) }
      }
    }
    for case .name(let targets) in scenario.settings { Self.setName(targets, on: network) }
    porxy = arm == .direct ? nil : SimulatedPorxy(scenario.configuration(relay), on: porxyHost, of: network)
    cast.acceptsAtOnce = !scenario.serverSettings.contains(.acceptsWhenTold)
    if !scenario.serverSettings.contains(.doesNotListen) { listen() }
  }

  /// Where clients connect to.
  var target: Endpoint {
    arm == .direct
      ? Endpoint(Self.serverAddress, Self.serverPort) : Endpoint(Self.porxyAddress, Self.porxyPort)
  }

  /// Where a scenario's backend is, unless it has a name.
  static var backend: Endpoint { Endpoint(serverAddress, serverPort) }
  static var front: Endpoint { Endpoint(porxyAddress, porxyPort) }

  /// The host of a client.
  func host(ofClient number: Int) -> HostID {
    clientHosts[min(number, clientHosts.count) - 1]
  }

  /// The host at a place; nil for porxy where there is none.
  func host(at place: Place) -> HostID? {
    switch place {
    case .client(let number): host(ofClient: number)
    case .server: server
    case .porxy: porxy == nil ? nil : porxyHost
    }
  }

  /// Opens the server's listener.
  func listen() {
    var backlog: Int32 = 128
    for case .backlog(let count) in scenario.serverSettings { backlog = Int32(count) }
    let options = ListenOptions(backlog: backlog, socket: SocketOptions(scenario.serverSettings))
    do {
      cast.listener = try network.listen(on: server, Endpoint(.anyV4, Self.serverPort), options)
    } catch {
      cast.flaws.append("the server cannot listen: \(error.errnoName)")
    }
  }

  /// Gives the backend's name its addresses.
  static func setName(_ targets: [NameTarget], after delay: Duration = .milliseconds(1), on network: Network) {
    let addresses = targets.map { target in
      switch target {
      case .server: serverAddress
      case .refusing: refusingAddress
      case .silent: silentAddress
      }
    }
    network.setName(backendName, to: addresses, after: delay)
  }

  private static func address(_ net: UInt32, _ host: UInt32) -> IPAddress {
    IPAddress(v4: 0x0a00_0000 | net << 8 | host)
  }
}
