/// Patience, as policy: off or generous by default (see rules VANISHES and STOP).
///
/// A session has a listener's and a backend's timeouts. `keepalive` and `user` hold for the side they are written at;
/// of the others the shorter one holds.
public struct Timeouts: Sendable, Equatable {
  /// From the first attempt to an established connection; nil: the kernel's own patience, as direct.
  public var connect: Duration?
  /// Without a byte in either direction; nil: for ever.
  public var idle: Duration?
  /// How long sent bytes may stay unacknowledged (TCP_USER_TIMEOUT); nil: the kernel's own patience, as direct.
  public var user: Duration?
  /// What sessions get to finish when porxy is told to stop.
  public var drain: Duration
  /// Probes on idle connections; nil: none.
  public var keepalive: Keepalive?

  public init(
    connect: Duration? = nil, idle: Duration? = nil, user: Duration? = nil, drain: Duration = .seconds(30),
    keepalive: Keepalive? = .idleDefault
  ) {
    self.connect = connect
    self.idle = idle
    self.user = user
    self.drain = drain
    self.keepalive = keepalive
  }
}
