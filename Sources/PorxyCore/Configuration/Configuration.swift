/// Everything porxy is told, checked and with all defaults filled in.
public struct Configuration: Sendable, Equatable {
  public var listeners: [Listener]
  public var backends: [Backend]
  public var limits: Limits
  public var log: LogSettings
  public var workers: WorkerCount
  public var relay: RelayMode
  public var spin: Spin
  /// How long clients are still accepted after the first signal to stop, before sessions get their drain time.
  public var notice: Duration
  /// Nil: porxy cannot be asked anything.
  public var admin: AdminSettings?
  /// What porxy has go wrong on purpose; nil: nothing.
  public var faults: FaultSettings?
  /// Which sessions are recorded, for `porxy record`.
  public var record = RecordMode.off

  public init(
    listeners: [Listener], backends: [Backend], limits: Limits = Limits(), log: LogSettings = LogSettings(),
    workers: WorkerCount = .auto, relay: RelayMode = .auto, spin: Spin = .auto, notice: Duration = .zero,
    admin: AdminSettings? = nil
  ) {
    self.listeners = listeners
    self.backends = backends
    self.limits = limits
    self.log = log
    self.workers = workers
    self.relay = relay
    self.spin = spin
    self.notice = notice
    self.admin = admin
  }

  /// The longest that a session may continue after a signal to stop.
  public var drainMax: Duration {
    listeners.map { min($0.timeouts.drain, backends[$0.backend].timeouts.drain) }.max() ?? .zero
  }

  /// The names that backends have for hosts, each once.
  public var names: [String] {
    var names: [String] = []
    for case .name(let name) in backends.flatMap(\.endpoints).map(\.host) where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}

/// Where clients are accepted, and which backend they are passed to.
public struct Listener: Sendable, Equatable {
  public var name: String
  /// Index in `Configuration.backends`.
  public var backend: Int
  /// One, or several where the address means several (`localhost` is 127.0.0.1 and ::1), for each port of a range.
  public var endpoints: [Endpoint]
  /// The interface of a link-local address by its name, whose number the address has only once porxy starts.
  public var interface: String?
  /// An IPv6 endpoint takes IPv4 clients too: `[::]` and `"*"` unless told otherwise.
  public var isDualStack: Bool
  /// Written as `"*"`: all IPv4 addresses where the kernel has no IPv6.
  public var isEverywhere: Bool
  /// The address may be one that the machine gets later.
  public var isFreebind = false
  public var timeouts: Timeouts
  /// Sessions at a time; nil: only the limit on all of them.
  public var sessionsMax: Int?
  public var congestion: Congestion
  /// It does not listen while the backend refuses.
  public var isMirror = false
  /// What becomes of its sessions when the configuration has it no more.
  public var whenRemoved = WhenRemoved.keep
  /// Clients that have to begin with a header of the PROXY protocol; nil: none has to.
  public var proxyProtocol: ClientHeaderSettings?

  public init(
    name: String, backend: Int, endpoints: [Endpoint], isDualStack: Bool = true, isEverywhere: Bool = false,
    timeouts: Timeouts = Timeouts(), sessionsMax: Int? = nil, congestion: Congestion = .auto
  ) {
    self.name = name
    self.backend = backend
    self.endpoints = endpoints
    self.isDualStack = isDualStack
    self.isEverywhere = isEverywhere
    self.timeouts = timeouts
    self.sessionsMax = sessionsMax
    self.congestion = congestion
  }
}

extension Listener {
  /// One, or a range; every address has all of them.
  public var ports: ClosedRange<UInt16> {
    let (first, last) = (endpoints.first?.port ?? 0, endpoints.last?.port ?? 0)
    return first...max(first, last)
  }

  /// The endpoints' addresses, without a port.
  public var addresses: [IPAddress] { endpoints.prefix { $0.port == endpoints[0].port }.map(\.address) }
}

/// What becomes of the sessions of a listener that a new configuration does not have.
public enum WhenRemoved: String, Sendable, CaseIterable {
  /// They go on for as long as their peers like.
  case keep
  /// They get `timeouts.drain` to finish, as when porxy stops.
  case drain
  /// They are reset at once.
  case reset
}

/// Patience, as policy: off or generous by default (see rules VANISHES and STOP).
///
/// A session has a listener's and a backend's timeouts. `keepalive` and `user` hold for the side they are written at;
/// of the others the shorter one holds.
public struct Timeouts: Sendable, Equatable {
  /// From the first attempt to an established connection; nil: the kernel's own patience, as direct.
  public var connect: Duration?
  /// Without a byte that a side sends or its kernel acknowledges; nil: for ever (IDLE).
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

/// Whether a worker looks for the next event again and again for a moment before it sleeps.
public enum Spin: Sendable, Equatable {
  /// Where there is a processor for it: see `lifetime(workers:processors:online:)`.
  case auto
  case off
  /// For so long at most.
  case fixed(Duration)

  /// About what it takes to wake a sleeping thread, so that spinning costs at most what it saves.
  public static let usual = Duration.microseconds(100)

  /// How long to spin; nil for not at all.
  ///
  /// `processors` are those that this process may run on, `online` those of the machine: a peer that shares the only
  /// processor could not answer while porxy spins.
  public func lifetime(workers: Int, processors: Int, online: Int) -> Duration? {
    switch self {
    case .auto: online > 1 && workers <= processors ? Self.usual : nil
    case .off: nil
    case .fixed(let lifetime): lifetime
    }
  }
}

/// How a backend's name is turned into addresses.
public struct ResolveSettings: Sendable, Equatable {
  /// How long the last good answer serves on while the name server gives none; zero: not at all.
  public var keep: Duration

  public init(keep: Duration = .seconds(60)) {
    self.keep = keep
  }
}

/// What is logged and how.
public struct LogSettings: Sendable, Equatable {
  public var level: LogLevel
  public var format: LogFormat
  public var sessions: LoggedSessions
  /// Whether a session's line has what the kernel measured of its connections (TCP_INFO).
  public var tcpInfo: Bool

  public init(
    level: LogLevel = .info, format: LogFormat = .text, sessions: LoggedSessions = .all, tcpInfo: Bool = false
  ) {
    self.level = level
    self.format = format
    self.sessions = sessions
    self.tcpInfo = tcpInfo
  }
}

/// Which sessions leave a line at the level `info`.
public enum LoggedSessions: String, Sendable, CaseIterable {
  /// Each of them.
  case all
  /// All but those that a client has ended or reset before a byte came from either side, as probes of a load balancer
  /// do. These are at the level `debug`.
  case useful
  /// Those that did not end in order; the others are at the level `debug`.
  case failures
  /// None, at no level.
  case off
}

/// How important a log line is; a level includes those above it.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case error
  case warning
  case info
  case debug

  /// From 0, the most important.
  public var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    case .debug: 3
    }
  }

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
}

/// The form of a log line.
public enum LogFormat: String, Sendable, CaseIterable {
  /// `key=value` behind a sentence, for people.
  case text
  /// One object a line, for machines.
  case json
}

/// What goes wrong on purpose, and by which chance; read when porxy starts.
public struct FaultSettings: Sendable, Equatable {
  /// All draws follow from it.
  public var seed: UInt64
  /// A fault a line, each of which is known to be right.
  public var plan: [String]

  /// In front of a seed; `v1` says how draws follow from the number.
  package static let seedPrefix = "v1:0x"

  /// A seed as the configuration has it.
  package static func text(ofSeed seed: UInt64) -> String { seedPrefix + String(seed, radix: 16) }

  public init(seed: UInt64 = 1, plan: [String] = []) {
    self.seed = seed
    self.plan = plan
  }
}

/// How bytes get from one socket to the other.
public enum RelayMode: String, Sendable, CaseIterable {
  /// Buffers for small data, pipes for bulk.
  case auto
  /// Buffers only.
  case copy
  /// Pipes only, as far as pipes can be had.
  case splice
}

/// Which sessions porxy keeps recordings of.
public enum RecordMode: String, Sendable, CaseIterable {
  /// None.
  case off
  /// The open ones, and those that ended last.
  case recent
}

/// How many threads relay.
public enum WorkerCount: Sendable, Equatable {
  /// One a processor that the process may run on.
  case auto
  case fixed(Int)
}
