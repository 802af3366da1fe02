/// Every bound of the proxy that is not a timeout.
public struct Limits: Sendable, Equatable {
  /// Sessions at a time, in all workers together; nil: what the descriptor limit allows.
  public var sessionsMax: Int?
  /// Bytes of a large buffer, used for bulk where bytes are copied.
  public var blockSize: Int = 256 * 1024

  /// Bytes of a small buffer.
  public static let bufferSize = 16 * 1024
  /// Bytes asked for a pipe; less is taken where the kernel grants less.
  public static let pipeSize = 256 * 1024
  /// Bytes a socket takes to send beyond what its peer's window lets out (TCP_NOTSENT_LOWAT): so few are taken from one
  /// side while the other reads none (VANISHES, PRESSURE).
  public static let unsentMax = 1024 * 1024
  /// Addresses of a name that are tried.
  public static let addressesMax = 8
  /// Between the beginnings of two attempts to connect (RFC 8305 section 5).
  public static let attemptInterval = Duration.milliseconds(250)
  /// How long an answer of the resolver serves further sessions.
  public static let resolutionLifetime = Duration.seconds(1)
  /// Bytes moved at once from which on a pipe costs less than a small buffer.
  public static let bulkMoveMin = 8 * 1024
  /// Smaller moves in a row before a flow goes back from a pipe or a large buffer.
  public static let smallMovesInBulk: UInt8 = 4
  /// Reads of a flow, each written at once, before others get their turn.
  public static let readsPerTurn = 2
  /// Clients that may wait in a listener's queue; the kernel's own limit (somaxconn) is often lower.
  public static let backlogMax = 65535
  /// Clients taken from a listener's queue before others get their turn.
  public static let acceptsPerTurn = 64
  /// Between two looks at a listener that is paused.
  public static let pauseInterval = Duration.milliseconds(100)
  /// Between two tries for a conduit when none was to be had.
  public static let starvationInterval = Duration.milliseconds(5)
  /// How long a session has been connected, at least, before its backend's socket is asked for keepalive probes; twice
  /// that at most, which is the shortest silence before a probe.
  public static let keepaliveGrace = Duration.milliseconds(500)
  /// How long one direction is over before the peer's kernel is asked whether it still knows the connection.
  public static let halfCloseGrace = Duration.seconds(1)
  /// How long a session may look for a descriptor, memory or a port for its backend.
  public static let shortagePatience = Duration.seconds(10)
  /// A reset waits this long for a receiver that takes nothing more of what was sent before it: its own kernel would
  /// have had no room for more either.
  public static let closedWindowPatience = Duration.milliseconds(500)
  /// A reset waits this long for the network to acknowledge what was sent before it.
  public static let acknowledgementPatience = Duration.seconds(60)

  public init(sessionsMax: Int? = nil) {
    self.sessionsMax = sessionsMax
  }
}
