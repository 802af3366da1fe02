public import PorxyCore

/// What is set in porxy's configuration, or for the machine it runs on.
public enum PorxySetting: Sendable, Equatable {
  case relay(RelayMode)
  /// `timeouts` of the configuration, at the top level.
  case connectTimeout(Duration)
  case idleTimeout(Duration)
  case userTimeout(Duration)
  case drainTimeout(Duration)
  /// nil: no probes.
  case keepalive(Keepalive?)
  /// Sessions at a time.
  case sessions(UInt64)
  case descriptors(UInt64)
  /// Ports for its connections to the backend.
  case ports(UInt64)
  case sendBuffer(UInt64)
  case receiveBuffer(UInt64)
}

extension PorxySetting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .relay(let mode): "\(PorxySettingKey.relay.rawValue) \(mode.rawValue)"
    case .connectTimeout(let time): "\(PorxySettingKey.connectTimeout.rawValue) \(time.scenarioText)"
    case .idleTimeout(let time): "\(PorxySettingKey.idleTimeout.rawValue) \(time.scenarioText)"
    case .userTimeout(let time): "\(PorxySettingKey.userTimeout.rawValue) \(time.scenarioText)"
    case .drainTimeout(let time): "\(PorxySettingKey.drainTimeout.rawValue) \(time.scenarioText)"
    case .keepalive(let keepalive): "\(PorxySettingKey.keepalive.rawValue) \(Self.text(keepalive))"
    case .sessions(let count): "\(PorxySettingKey.sessions.rawValue) \(count)"
    case .descriptors(let count): "\(PorxySettingKey.descriptors.rawValue) \(count)"
    case .ports(let count): "\(PorxySettingKey.ports.rawValue) \(count)"
    case .sendBuffer(let bytes): "\(PorxySettingKey.sendBuffer.rawValue) \(bytes.scenarioText)"
    case .receiveBuffer(let bytes): "\(PorxySettingKey.receiveBuffer.rawValue) \(bytes.scenarioText)"
    }
  }

  private static func text(_ keepalive: Keepalive?) -> String {
    guard let keepalive else { return "off" }
    return "\(keepalive.idle.scenarioText) \(keepalive.interval.scenarioText) \(keepalive.count)"
  }
}
