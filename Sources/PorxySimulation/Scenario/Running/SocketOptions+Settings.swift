import PorxyCore

extension SocketOptions {
  init(_ settings: [HostSetting]) {
    self.init()
    for setting in settings {
      switch setting {
      case .userTimeout(let time): userTimeout = time
      case .keepalive(let idle, let interval, let count):
        keepalive = Keepalive(idle: idle, interval: interval, count: Int(count))
      default: break
      }
    }
  }
}
