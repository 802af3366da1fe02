/// Everything porxy is told, checked and with all defaults filled in.
public struct Configuration: Sendable, Equatable {
  public var listeners: [Listener]
  public var backends: [Backend]
  public var limits: Limits
  public var log: LogSettings
  public var workers: WorkerCount
  public var relay: RelayMode
  public var spin: Spin

  public init(
    listeners: [Listener], backends: [Backend], limits: Limits = Limits(), log: LogSettings = LogSettings(),
    workers: WorkerCount = .auto, relay: RelayMode = .auto, spin: Spin = .auto
  ) {
    self.listeners = listeners
    self.backends = backends
    self.limits = limits
    self.log = log
    self.workers = workers
    self.relay = relay
    self.spin = spin
  }
}
