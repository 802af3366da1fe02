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

  /// `halfClosed`, but not slower to give up a silent peer than what is asked for anyway.
  public static func halfClosed(asked: Keepalive?) -> Keepalive {
    guard let asked, asked.patience < halfClosed.patience else { return halfClosed }
    let idle = min(asked.idle, halfClosed.idle)
    let rest = (asked.patience - idle).components.seconds
    // As often as `halfClosed`, or oftener, and yet with no more probes than the kernel counts.
    let interval = min(
      max(asked.interval.components.seconds, (rest + 126) / 127), halfClosed.interval.components.seconds)
    return Keepalive(idle: idle, interval: .seconds(interval), count: max(1, Int((rest + interval - 1) / interval)))
  }

  /// From the last sign of life until the connection is given up.
  public var patience: Duration { idle + interval * count }
}
