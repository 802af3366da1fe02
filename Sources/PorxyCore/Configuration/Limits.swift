/// The bounds of the proxy, in numbers, bytes and times, that are not among the timeouts which a user can configure.
public struct Limits: Sendable, Equatable {
  /// Sessions at a time, in all workers together; nil: what the descriptor limit allows.
  public var sessionsMax: Int?
  /// Bytes of a large buffer, used for bulk where bytes are copied.
  public var blockSize: Int = 256 * 1024

  /// What all listeners together listen on: each address and port is a descriptor in each worker.
  public static let endpointsMax = 10_000
  /// Endpoints of one backend.
  public static let endpointsOfBackendMax = 1000
  /// How long a failed attempt makes an endpoint one of those that are tried last; twice as long each time that it goes
  /// on, up to `troubleMax`.
  public static let trouble = Duration.seconds(5)
  public static let troubleMax = Duration.seconds(60)
  /// Active checks that are open at a time, in the whole process.
  public static let checksMax = 64
  /// Bytes of an answer among which a check looks for what it expects.
  public static let checkAnswerMax = bufferSize
  /// Bytes that a check reads in all, those behind what it was about among them.
  public static let checkReadMax: UInt32 = 64 * 1024
  /// Addresses of a name that a check tries.
  public static let checkAddressesMax = 8
  /// Between the beginnings of two checks that failed attempts of sessions bring about, at least.
  public static let suspicionInterval = Duration.seconds(1)
  /// Bytes of a small buffer.
  public static let bufferSize = 16 * 1024
  /// Bytes asked for a pipe; less is taken where the kernel grants less.
  public static let pipeSize = 256 * 1024
  /// Bytes a socket takes to send beyond what its peer's window lets out (TCP_NOTSENT_LOWAT): so few are taken from one
  /// side while the other reads none (VANISHES, PRESSURE).
  public static let unsentMax = 1024 * 1024
  /// Bytes taken from a client before its backend is connected, if a block holds as many: about what a kernel's receive
  /// buffer grows to in that time (RESET, VANISHES).
  public static let aheadMax: UInt32 = 256 * 1024
  /// Addresses of a name that are tried.
  public static let addressesMax = 64
  /// Of these, attempts that are open at a time.
  public static let attemptsMax = 8
  /// Between the beginnings of two attempts to connect (RFC 8305 section 5).
  public static let attemptInterval = Duration.milliseconds(250)
  /// How long an answer of the resolver serves further sessions before it is renewed.
  public static let resolutionLifetime = Duration.seconds(1)
  /// How long a session whose backend refused at all addresses that were known waits for the name's next answer, where
  /// a lookup is under way.
  public static let renewalPatience = Duration.seconds(1)
  /// Addresses of which a worker remembers whether they are this machine's.
  public static let ownAddressesMax = 64
  /// Endpoints that a dial begins with, one after the other, before others get their turn, and how long it waits then.
  public static let endpointsPerTurn = 16
  public static let endpointsInterval = Duration.milliseconds(1)
  /// Dials that an answer sets going before others get their turn.
  public static let dialsPerTurn = 64
  /// Bytes moved at once from which on a pipe costs less than a small buffer.
  public static let bulkMoveMin = 8 * 1024
  /// Smaller moves in a row before a flow goes back from a pipe or a large buffer.
  public static let smallMovesInBulk: UInt8 = 4
  /// Reads of a flow in a turn, each written at once, however many events its session gets: so much is its share.
  public static let readsPerTurn: UInt8 = 4
  /// Reads of a flow at one event, before the next event is looked at.
  public static let readsAtOnce = 2
  /// Bytes read and written for bulk in a turn, of all sessions together: about what two reads that fill a pipe bring,
  /// which takes a tenth of a millisecond or two. Then whoever has small messages gets a look in.
  public static let bulkPerTurn: UInt64 = 1024 * 1024
  /// Events that a wait brings at the most.
  public static let eventsPerTurn = 256
  /// Clients that may wait in a listener's queue; the kernel's own limit (somaxconn) is often lower.
  public static let backlogMax = 65535
  /// Clients taken from a listener's queue before others get their turn.
  public static let acceptsPerTurn = 64
  /// Places of a worker's table of sessions that one inquiry looks at, so that no turn is long.
  public static let placesPerInquiry: UInt32 = 256
  /// Between two looks at a listener that is paused.
  public static let pauseInterval = Duration.milliseconds(100)
  /// Between two tries for a local port towards a backend, at most: a try looks at all ports, which takes milliseconds.
  public static let portsRetryIntervalMax = Duration.seconds(1)
  /// Between the first two tries to open a lost listener again; twice as long after each, up to `reopenDelayMax`.
  public static let reopenDelay = Duration.milliseconds(100)
  public static let reopenDelayMax = Duration.seconds(5)
  /// How long a listener that is to be closed hears no new clients before that: handshakes that have begun are over by
  /// then.
  public static let closingGrace = Duration.milliseconds(200)
  /// Between two looks at a backend that refuses (`mirror`), and so the longest that it accepts unnoticed.
  public static let lookInterval = Duration.milliseconds(500)
  /// How long such a look waits for an answer, and for the backend's end behind its own: a SYN is repeated twice.
  public static let lookPatience = Duration.seconds(3)
  /// Between two tries for a conduit when none was to be had.
  public static let starvationInterval = Duration.milliseconds(5)
  /// How long a session has lasted, at least, before it gets what a short one does without: keepalive probes to its
  /// backend, and resets should porxy die. Twice that at most, which is the shortest silence before a probe.
  public static let lastingGrace = Duration.milliseconds(500)
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
