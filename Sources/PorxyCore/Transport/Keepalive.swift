/// Probes that ask a silent peer's kernel whether the connection still exists (tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL,
/// TCP_KEEPCNT).
public struct Keepalive: Sendable, Equatable {
  /// Silence before the first probe; whole seconds, at least one.
  public var idle: Duration
  /// Time between probes; whole seconds, at least one.
  public var interval: Duration
  /// Unanswered probes before the connection is given up; 1 to 127.
  public var count: Int

  public init(idle: Duration, interval: Duration, count: Int) {
    self.idle = idle
    self.interval = interval
    self.count = count
  }

  /// Generous, so that a network that comes back finds its sessions alive: ten minutes idle, then ten probes a minute
  /// apart.
  public static let idleDefault = Keepalive(idle: .seconds(600), interval: .seconds(60), count: 10)
  /// For a peer that has ended its stream (HALF): quick to find a forgotten connection, as patient with a silent
  /// network as `idleDefault`.
  public static let halfClosed = Keepalive(idle: .seconds(30), interval: .seconds(30), count: 40)
}
