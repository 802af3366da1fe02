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

  /// What porxy is told: one listener, one backend. A relay mode given here holds over the scenario's own.
  func configuration(_ relay: RelayMode?) -> Configuration {
    var timeouts = Timeouts()
    var configuration = Configuration(listeners: [], backends: [])
    for setting in porxySettings {
      switch setting {
      case .relay(let mode): configuration.relay = mode
      case .connectTimeout(let time): timeouts.connect = time
      case .idleTimeout(let time): timeouts.idle = time
      case .userTimeout(let time): timeouts.user = time
      case .drainTimeout(let time): timeouts.drain = time
      case .keepalive(let keepalive): timeouts.keepalive = keepalive
      case .sessions(let count): configuration.limits.sessionsMax = Int(count)
      case .descriptors, .ports, .sendBuffer, .receiveBuffer: break
      }
    }
    if let relay { configuration.relay = relay }
    let hasName = settings.contains { $0.key == .name }
    configuration.backends = [
      Backend(
        name: "server", host: hasName ? .name(SimulatedStage.backendName) : .address(SimulatedStage.backend.address),
        port: SimulatedStage.backend.port, timeouts: timeouts)
    ]
    configuration.listeners = [Listener(name: "in", backend: 0, endpoints: [SimulatedStage.front], timeouts: timeouts)]
    return configuration
  }
}
