/// What is set for the sockets or the host of a client or the server.
public enum HostSetting: Sendable, Equatable {
  /// Bytes a socket takes to send.
  case sendBuffer(UInt64)
  /// Bytes a socket keeps for its owner.
  case receiveBuffer(UInt64)
  /// Ports that its connecting sockets can have.
  case ports(UInt64)
  /// Descriptors that its process can have.
  case descriptors(UInt64)
  /// TCP_USER_TIMEOUT of its sockets.
  case userTimeout(Duration)
  /// SO_KEEPALIVE of its sockets.
  case keepalive(idle: Duration, interval: Duration, count: UInt64)
  /// Retransmissions of a SYN (TCP_SYNCNT).
  case callRetries(UInt64)
  /// How long a closed socket waits for its peer's end (TCP_LINGER2).
  case finTimeout(Duration)
  /// All clients are on one host, with one process.
  case sharedHost
  /// Nobody listens at the server's port.
  case doesNotListen
  /// Clients are taken from the queue by `server accept` only.
  case acceptsWhenTold
  /// Clients that may wait to be accepted, less one (R17).
  case backlog(UInt64)
}

extension HostSetting: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sendBuffer(let bytes): "\(HostSettingKey.sendBuffer.rawValue) \(bytes.scenarioText)"
    case .receiveBuffer(let bytes): "\(HostSettingKey.receiveBuffer.rawValue) \(bytes.scenarioText)"
    case .ports(let count): "\(HostSettingKey.ports.rawValue) \(count)"
    case .descriptors(let count): "\(HostSettingKey.descriptors.rawValue) \(count)"
    case .userTimeout(let time): "\(HostSettingKey.userTimeout.rawValue) \(time.scenarioText)"
    case .keepalive(let idle, let interval, let count):
      "\(HostSettingKey.keepalive.rawValue) \(idle.scenarioText) \(interval.scenarioText) \(count)"
    case .callRetries(let count): "\(HostSettingKey.callRetries.rawValue) \(count)"
    case .finTimeout(let time): "\(HostSettingKey.finTimeout.rawValue) \(time.scenarioText)"
    case .sharedHost: HostSettingKey.sharedHost.rawValue
    case .doesNotListen: HostSettingKey.doesNotListen.rawValue
    case .acceptsWhenTold: HostSettingKey.acceptsWhenTold.rawValue
    case .backlog(let count): "\(HostSettingKey.backlog.rawValue) \(count)"
    }
  }
}
