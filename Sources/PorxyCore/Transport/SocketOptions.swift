/// What is asked of a connected socket, in the terms of rule VANISHES. No-delay is always on.
public struct SocketOptions: Sendable, Equatable {
  /// Probes on an idle connection; nil: none.
  public var keepalive: Keepalive?
  /// How long sent bytes may stay unacknowledged (TCP_USER_TIMEOUT); nil: the kernel's own patience.
  public var userTimeout: Duration?
  public var congestion: Congestion

  public init(keepalive: Keepalive? = nil, userTimeout: Duration? = nil, congestion: Congestion = .auto) {
    self.keepalive = keepalive
    self.userTimeout = userTimeout
    self.congestion = congestion
  }
}

extension SocketOptions {
  /// What a configuration asks of the sockets of a listener or a backend.
  init(_ timeouts: Timeouts, _ congestion: Congestion) {
    self.init(keepalive: timeouts.keepalive, userTimeout: timeouts.user, congestion: congestion)
  }
}
