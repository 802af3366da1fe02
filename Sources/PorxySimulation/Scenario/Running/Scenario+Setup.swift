import PorxyCore

extension Scenario {
  /// Clients that the steps name.
  package var clientCount: Int {
    steps.reduce(1) { count, step in
      switch step.action {
      case .socket(.client(let number), _), .host(.client(let number), _): max(count, number)
      case .network(.impose(_, let way)), .network(.heal(let way?)):
        if case .client(let number) = way.place { max(count, number) } else { count }
      default: count
      }
    }
  }

  /// What porxy is told: its first listener and backend, and those of the settings, but for a change. A relay mode
  /// given here holds over the scenario's own.
  func configuration(_ relay: RelayMode?, _ change: ReloadChange = .none) -> Configuration {
    var timeouts = Timeouts()
    var resolve = ResolveSettings()
    var whenRemoved = WhenRemoved.keep
    var (balance, attempt): (Balance, Duration?) = (.least, Backend.usualAttempt)
    var isMirror = false
    var (health, onDown) = (HealthSettings?.none, OnDown.keep)
    var configuration = Configuration(listeners: [], backends: [], workers: .fixed(Int(workers)))
    let changed = if case .settings(let settings) = change { settings } else { [PorxySetting]() }
    for setting in porxySettings + changed {
      switch setting {
      case .relay(let mode): configuration.relay = mode
      case .connectTimeout(let time): timeouts.connect = time
      case .attemptTimeout(let time): attempt = time
      case .balance(let choice): balance = choice
      case .idleTimeout(let time): timeouts.idle = time
      case .userTimeout(let time): timeouts.user = time
      case .drainTimeout(let time): timeouts.drain = time
      case .whenRemoved(let what): whenRemoved = what
      case .mirror(let isOn): isMirror = isOn
      case .keepalive(let keepalive): timeouts.keepalive = keepalive
      case .sessions(let count): configuration.limits.sessionsMax = Int(count)
      case .keep(let time): resolve.keep = time ?? .zero
      case .health(let settings): health = settings
      case .onDown(let what): onDown = what
      case .headers, .workers, .descriptors, .ports, .pipes, .sendBuffer, .receiveBuffer, .noV6, .noWayToV6: break
      }
    }
    if let relay { configuration.relay = relay }
    if changesFaults { configuration.faults = FaultSettings() }
    for case .faults(let plan) in settings { configuration.faults = FaultSettings(plan: plan) }
    let hasName = settings.contains { $0.key == .name }
    configuration.backends = [
      Backend(
        name: "server",
        host: hasName ? .name(SimulatedStage.backendName) : .address(RunAddress.server(0, family)),
        port: SimulatedStage.serverPort, timeouts: timeouts, resolve: resolve)
    ]
    if !endpoints.isEmpty {
      configuration.backends[0].endpoints = backendEndpoints
      configuration.backends[0].balance = balance
    }
    configuration.backends[0].attempt = attempt
    configuration.backends[0].health = health
    configuration.backends[0].onDown = onDown
    configuration.listeners = [Listener(name: "in", backend: 0, endpoints: [front], timeouts: timeouts)]
    configuration.listeners[0].isMirror = isMirror
    for (place, listener) in sideListeners.enumerated() {
      configuration.backends.append(
        Backend(
          name: listener.name, host: host(of: listener), port: port(of: listener), timeouts: timeouts,
          resolve: resolve))
      configuration.listeners.append(
        Listener(
          name: listener.name, backend: place + 1, endpoints: [front(ofSide: place)],
          timeouts: timeouts, sessionsMax: listener.sessionsMax))
    }
    for index in configuration.listeners.indices { configuration.listeners[index].whenRemoved = whenRemoved }
    setHeaders(
      (porxySettings + changed).compactMap { if case .headers(let header) = $0 { header } else { nil } },
      in: &configuration)
    if case .without(let name) = change { configuration.listeners.removeAll { $0.name == name } }
    return configuration
  }

  /// Where porxy's first listener listens.
  var front: Endpoint { Endpoint(RunAddress.porxy(family), SimulatedStage.porxyPort) }

  /// Where a further listener listens.
  func front(ofSide place: Int) -> Endpoint {
    Endpoint(RunAddress.porxy(family), SimulatedStage.porxyPort + 1 + UInt16(place))
  }

  private func host(of listener: SideListener) -> Backend.Host {
    switch listener.target {
    case .address(let target): .address(SimulatedStage.address(of: target))
    case .name(let name): .name(name)
    case .listener(_, let name): name.map { .name($0) } ?? .address(RunAddress.porxy(family))
    }
  }

  private func port(of listener: SideListener) -> UInt16 {
    guard case .listener(let next, _) = listener.target,
      let place = sideListeners.firstIndex(where: { $0.name == next })
    else { return SimulatedStage.serverPort }
    return front(ofSide: place).port
  }
}

extension HostLimits {
  private static let firstPort: UInt16 = 40_000

  init(_ settings: [HostSetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendCapacity = UInt32(clamping: bytes)
      case .receiveBuffer(let bytes): receiveCapacity = UInt32(clamping: bytes)
      case .ports(let count): limitPorts(count)
      case .descriptors(let count): descriptorsMax = Int(count)
      case .synRetries(let count): synRetries = Int(count)
      case .finTimeout(let time): finTimeout = time
      default: break
      }
    }
  }

  init(_ settings: [PorxySetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .sendBuffer(let bytes): sendCapacity = UInt32(clamping: bytes)
      case .receiveBuffer(let bytes): receiveCapacity = UInt32(clamping: bytes)
      case .ports(let count): limitPorts(count)
      case .descriptors(let count): descriptorsMax = Int(count)
      case .pipes(let count): pipesMax = Int(count)
      case .noV6: hasIPv6 = false
      default: break
      }
    }
  }

  private mutating func limitPorts(_ count: UInt64) {
    ephemeralPorts = Self.firstPort...(Self.firstPort + UInt16(clamping: max(count, 1) - 1))
  }
}

extension SocketOptions {
  init(_ settings: [HostSetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .userTimeout(let time): userTimeout = time
      case .keepalive(let wanted): keepalive = wanted
      default: break
      }
    }
  }
}
