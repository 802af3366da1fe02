package import PorxyCore

extension RunSetup {
  /// What porxy is told: a backend for each server, and one for each listener that leads to a listener.
  var configuration: Configuration {
    var configuration = Configuration(listeners: [], backends: [], limits: Limits(sessionsMax: sessionsMax))
    configuration.workers = .fixed(workers)
    configuration.relay = relay
    for (place, server) in servers.enumerated() {
      let host =
        server.name.map { Backend.Host.name(Self.name($0)) }
        ?? .address(RunAddress.server(server.host, server.isV6 ? .v6 : .v4))
      configuration.backends.append(
        Backend(
          name: "\(place)", host: host, port: Self.backendPort + UInt16(place), timeouts: timeouts,
          resolve: ResolveSettings(keep: keep)))
      if let balance { configuration.backends[place].addDecoys(balance) }
      configuration.backends[place].health = health
    }
    for (place, listener) in listeners.enumerated() {
      let backend: Int
      switch listener.target {
      case .server(let server): backend = server
      case .listener(let next, let name):
        backend = configuration.backends.count
        configuration.backends.append(
          Backend(
            name: "\(backend)", host: name.map { .name(Self.name($0)) } ?? .address(RunAddress.porxy(.v4)),
            port: Self.entrancePort + UInt16(next), timeouts: timeouts, resolve: ResolveSettings(keep: keep)))
        configuration.backends[backend].proxyProtocol = headers
      }
      configuration.listeners.append(
        Listener(
          name: Self.listenerName(place), backend: backend,
          endpoints: [Endpoint(RunAddress.porxy(.v4), Self.entrancePort + UInt16(place))]
            + (listensOnV6 ? [Endpoint(RunAddress.porxy(.v6), Self.entrancePort + UInt16(place))] : []),
          timeouts: timeouts, sessionsMax: listener.sessionsMax))
      configuration.listeners[place].isMirror = isMirror
      // Porxy itself may stand still, or lack a conduit, before it sends one to its own listener.
      configuration.listeners[place].proxyProtocol = headers.map { _ in
        ClientHeaderSettings(from: RunAddress.ofPorxy, timeout: .seconds(24 * 3600))
      }
    }
    return configuration
  }

  /// What porxy reads at its n-th reload, from 0: by turns one with another plan for each listener and a listener more,
  /// to which nobody connects, and the first one. No peer can tell.
  func configuration(ofReload number: Int) -> Configuration {
    var configuration = configuration
    guard number % 2 == 0 else { return configuration }
    for index in configuration.listeners.indices { configuration.listeners[index].congestion = .system }
    configuration.listeners.append(
      Listener(name: "spare", backend: 0, endpoints: [Endpoint(RunAddress.porxy(.v4), Self.entrancePort - 1)]))
    return configuration
  }

  /// What porxy calls a listener: its number.
  static func listenerName(_ place: Int) -> String { "\(place)" }

  /// Some name leads there.
  private var listensOnV6: Bool { canReach(.v6) && names.contains { $0.targets.contains(.porxy(.v6)) } }

  /// Gives the names their addresses, and adds the hosts that these lead to besides servers.
  func addNames(to network: Network) {
    let numbers = 0..<RunAddress.fewMax
    let targets = names.flatMap(\.targets)
    if balance != nil || targets.contains(where: { if case .refusing = $0 { true } else { false } }) {
      _ = network.addHost(
        "refusing", numbers.flatMap { [RunAddress.refusing($0, .v4), RunAddress.refusing($0, .v6)] })
    }
    if balance != nil || targets.contains(where: { if case .silent = $0 { true } else { false } }) {
      network.cutPower(
        of: network.addHost(
          "silent", numbers.flatMap { [RunAddress.silent($0, .v4), RunAddress.silent($0, .v6)] }))
    }
    for (place, name) in names.enumerated() { network.setName(Self.name(place), to: Self.addresses(name.targets)) }
  }

  /// Dead ends are counted, so that each is another address.
  private static func addresses(_ targets: [RunTarget]) -> [IPAddress] {
    targets.enumerated().map { place, target in
      let number = targets[..<place].count { $0 == target } % RunAddress.fewMax
      return switch target {
      case .server(let host, let family): RunAddress.server(host, family)
      case .refusing(let family): RunAddress.refusing(number, family)
      case .silent(let family): RunAddress.silent(number, family)
      case .porxy(let family): RunAddress.porxy(family)
      case .unreachable(let family): RunAddress.unreachable(number, family)
      }
    }
  }
}

/// The way that porxy takes from a listener of a random run, as its setup tells it.
struct Route {
  /// The listeners on it, each once.
  var listeners: [Int] = []
  /// The server that it ends at; nil where it ends nowhere.
  var server: Int?
  /// Names that are resolved on it.
  var names: [Int] = []
  /// Places of servers' hosts that are called on it.
  var hosts: [Int] = []
  /// It comes back to where it has been.
  var loops = false
  var usesV6 = false
  /// One of its addresses never answers.
  var meetsSilence = false
  /// Addresses that may be tried before the one that serves.
  var addressesBefore = 0
  /// More than one address leads to the server, so that two of its attempts may reach it.
  var hasTwins = false

  /// Sessions of porxy's that a client on it makes.
  var sessionsMax: Int { listeners.count + (loops ? 1 : 0) }
}

extension RunSetup {
  /// The way from a client's listener on.
  func route(ofClient number: Int) -> Route {
    var route = Route()
    var place: Int? = clients[number].listener
    while let listener = place {  // bound: the listeners
      guard !route.listeners.contains(listener) else {
        route.loops = true
        break
      }
      route.listeners.append(listener)
      switch listeners[listener].target {
      case .server(let server):
        place = nil
        let setup = servers[server]
        let own = setup.name == nil ? [RunTarget.server(setup.host, setup.isV6 ? .v6 : .v4)] : []
        let serving = note(own, setup.name, in: &route) { target in
          if case .server(setup.host, _) = target { true } else { false }
        }
        if serving, !setup.isRefused { route.server = server }
        if balance != nil {
          route.meetsSilence = true
          route.addressesBefore += Self.decoysPatience
        }
      case .listener(let next, let name):
        let own = name == nil ? [RunTarget.porxy(.v4)] : []
        let leadsBack = note(own, name, in: &route) { target in
          if case .porxy = target { true } else { false }
        }
        place = leadsBack ? next : nil
      }
    }
    return route
  }

  /// Adds the addresses of one backend to a way; whether one of those that serve can be had.
  private func note(
    _ own: [RunTarget], _ name: Int?, in route: inout Route, where serves: (RunTarget) -> Bool
  ) -> Bool {
    var targets = own
    if let name {
      route.names.append(name)
      targets = names[name].targets
    }
    for case .server(let host, _) in targets where !route.hosts.contains(host) { route.hosts.append(host) }
    if targets.contains(where: { $0.family == .v6 }) { route.usesV6 = true }
    if targets.contains(where: { if case .silent = $0 { true } else { false } }) { route.meetsSilence = true }
    route.addressesBefore += min(targets.count, Limits.addressesMax) - 1
    let serving = targets.count { serves($0) && canReach($0.family) }
    if serving > 1 { route.hasTwins = true }
    return serving > 0
  }

  /// Intervals between attempts that endpoints besides the server take at the most.
  private static let decoysPatience = 3

  /// The same run with endpoints besides the servers.
  package func spread(_ balance: Balance) -> RunSetup {
    var spread = self
    spread.balance = balance
    return spread
  }

  /// Porxy's machine has an address of the family, and a way.
  func canReach(_ family: IPAddress.Family) -> Bool {
    family == .v4 || (porxyLimits.hasIPv6 && routesV6)
  }
}

extension Backend {
  /// Endpoints that serve nobody, in front of the one that does.
  fileprivate mutating func addDecoys(_ balance: Balance) {
    endpoints =
      [
        BackendEndpoint(name: "refusing", host: .address(RunAddress.refusing(0, .v4)), port: port),
        BackendEndpoint(name: "silent", host: .address(RunAddress.silent(0, .v4)), port: port),
      ] + endpoints
    self.balance = balance
    attempt = .milliseconds(300)
  }
}
