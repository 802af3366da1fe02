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

/// How a listener is made.
public struct ListenOptions: Sendable, Equatable {
  /// Clients that may wait to be accepted; the kernel caps it (somaxconn).
  public var backlog: Int32
  /// An IPv6 listener takes IPv4 clients too.
  public var isDualStack: Bool
  /// The address need not be one of the machine's yet (IP_FREEBIND).
  public var isFreebind: Bool
  /// The listener takes the place of one that was lost: other workers listen there, and that is no reason to fail.
  public var isAgain = false
  /// The listener's name, for a transport that treats listeners differently; sockets do not depend on it.
  public var name = ""
  /// What accepted sockets inherit.
  public var socket: SocketOptions

  public init(
    backlog: Int32 = Int32(Limits.backlogMax), isDualStack: Bool = true, isFreebind: Bool = false,
    socket: SocketOptions = SocketOptions()
  ) {
    self.backlog = backlog
    self.isDualStack = isDualStack
    self.isFreebind = isFreebind
    self.socket = socket
  }
}

extension ListenOptions {
  /// What a configuration asks of a listener.
  @usableFromInline
  init(_ listener: Listener) {
    self.init(
      isDualStack: listener.isDualStack, isFreebind: listener.isFreebind,
      socket: SocketOptions(listener.timeouts, listener.congestion))
    name = listener.name
  }
}

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

/// Which congestion control sockets get.
public enum Congestion: Sendable, Equatable {
  /// `reno` on loopback, where nothing is lost and pacing only costs; the system's choice elsewhere.
  case auto
  /// The system's choice.
  case system
  /// By the kernel's name for it, up to `nameMax` bytes.
  case named(String)

  /// Bytes of a name (TCP_CA_NAME_MAX, without the zero).
  public static let nameMax = 15

  /// The name to ask the kernel for; nil to leave its choice.
  public func name(at address: IPAddress) -> String? {
    switch self {
    case .auto: address.isLoopback ? "reno" : nil
    case .system: nil
    case .named(let name): name
    }
  }
}
