import PorxyCore

/// What porxy's file may hold: a table for each section.
enum Schema {
  static let longest = Duration.seconds(365 * 24 * 3600)
  static let shortest = Duration.milliseconds(1)
  /// What TCP_USER_TIMEOUT takes: milliseconds in an `int`.
  static let userLongest = Duration.seconds(596 * 3600)
  /// What TCP_KEEPIDLE and TCP_KEEPINTVL take (MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL).
  static let keepalives = Duration.seconds(1)...Duration.seconds(32767)
  /// What TCP_KEEPCNT takes (MAX_TCP_KEEPCNT).
  static let keepaliveCountMax = 127
  /// More sessions than a machine has ports for or memory.
  static let sessionsMax = 10_000_000
  static let workersMax = 1024
  static let spins = Duration.microseconds(1)...Duration.milliseconds(10)
  static let blockSizes = Limits.bufferSize...(16 << 20)

  /// The top level.
  static let configuration = Section<ConfigurationDraft>(
    title: "the configuration", initial: ConfigurationDraft(),
    keys: [
      Key(
        "listeners", \.listeners, of: listener, noun: "listener", "where clients are accepted",
        first: { ListenerDraft(timeouts: $0.timeouts) }
      ).required("\"listeners:\" with at least one listener"),
      Key(
        "backends", \.backends, of: backend, noun: "backend", "the servers that clients are passed to",
        first: { BackendDraft(timeouts: $0.timeouts, attempt: $0.attempt, resolve: $0.resolve) }
      ).required("\"backends:\" with at least one backend"),
      Key("timeouts", \.self, .section(allTimeouts), "for all listeners and backends").partlyHandedDown,
      Key("resolve", \.resolve, .section(resolve), "for all backends").handedDown,
      Key("limits", \.value.limits, .section(limits), "for all listeners together"),
      Key("log", \.value.log, .section(log), "what is logged and how"),
      Key(
        "workers", \.value.workers,
        .words(
          [("auto", .auto)], or: .number(in: 1...workersMax, orWord: "auto"), make: { .fixed($0) },
          take: { if case .fixed(let count) = $0 { count } else { nil } }),
        "threads that relay; `auto`: one for each processor that porxy may keep busy"),
      Key(
        "relay", \.value.relay, .choice,
        "how bytes move: `copy` through buffers, `splice` through pipes in the kernel, `auto` chooses"),
      Key(
        "spin", \.value.spin,
        .words(
          [("auto", .auto), ("off", .off)], or: .duration(in: spins, examples: "50us, or auto", mayBeOff: true),
          make: { .fixed($0) }, take: { if case .fixed(let lifetime) = $0 { lifetime } else { nil } }),
        "how long a worker polls for the next message before it sleeps"),
      Key(
        "admin", \.value.admin, .sectionOrOff(admin),
        "where porxy can be asked about itself and told what to do ([ADMIN.md](../ADMIN.md))"),
      Key(
        "faults", \.value.faults, .sectionOrOff(faults),
        "what porxy makes go wrong on purpose ([FAULTS.md](../FAULTS.md))"),
      Key(
        "record", \.value.record, .choice,
        "`recent`: porxy notes what crosses it of each session, without what is said, and keeps that of the open "
          + "ones and the last 1000 that ended, for `porxy record` ([RECORDING.md](../RECORDING.md))"),
    ],
    check: { reader, entry in
      if let place = entry.places["admin"] { reader.checkAdmin(of: entry.value, at: place.key) }
    })

  /// Those of the top level: what listeners and backends begin with, and what concerns porxy as a whole.
  private static let allTimeouts = Section<ConfigurationDraft>(
    title: timeouts.title, initial: ConfigurationDraft(),
    keys: timeouts.keys.map { $0.lifted(to: \.timeouts).handedDown } + [
      attempt.lifted(to: \.attempt).handedDown,
      Key(
        "notice", \.value.notice, .duration(in: .zero...longest),
        "only at the top level: how long porxy still accepts clients after a signal to stop, before the drain time "
          + "begins ([more](../OPERATING.md#stopping-behind-a-load-balancer))"),
    ],
    check: { _, entry in entry.value.noticePlace = entry.places["notice"]?.value })

  static let timeouts = Section<Timeouts>(
    title: "\"timeouts\"", initial: Timeouts(),
    keys: [
      Key(
        "connect", \.connect, .durationOrOff(in: shortest...longest),
        "longest time from the first attempt to reach the backend to a connection; `off`: the kernel's own limits"),
      Key(
        "idle", \.idle, .durationOrOff(in: shortest...longest),
        "a session in which no byte moves for so long is ended: none comes from a side, and neither side's kernel "
          + "takes any of what is on its way to it ([IDLE](../RULES.md#loads-and-limits))"),
      Key(
        "user", \.user, .durationOrOff(in: shortest...userLongest),
        "how long sent bytes may stay unacknowledged (TCP_USER_TIMEOUT); `off`: the kernel's own limit"),
      Key(
        "drain", \.drain, .duration(in: .zero...longest), "how long sessions may continue after a signal to stop"),
      Key(
        "keepalive", \.keepalive, .sectionOrOff(keepalive),
        "probes that check whether a silent peer still exists"),
    ])

  static let keepalive = Section<Keepalive>(
    title: "\"keepalive\"", initial: .idleDefault,
    keys: [
      Key("idle", \.idle, .duration(in: keepalives, step: .seconds(1)), "silence before the first probe"),
      Key("interval", \.interval, .duration(in: keepalives, step: .seconds(1)), "time between two probes"),
      Key(
        "count", \.count, .number(in: 1...keepaliveCountMax),
        "unanswered probes before the connection fails"),
    ])

  static let resolve = Section<ResolveSettings>(
    title: "\"resolve\"", initial: ResolveSettings(),
    keys: [
      Key(
        "keep", \.keep,
        .words(
          [("off", .zero)], or: .duration(in: shortest...longest, mayBeOff: true), make: { $0 }, take: { $0 }),
        "how long porxy uses the last good answer for a backend's name while the name server gives none; `off`: not at "
          + "all")
    ])

  static let limits = Section<Limits>(
    title: "\"limits\"", initial: Limits(),
    keys: [
      Key(
        "sessions", \.sessionsMax, sessions,
        "sessions at a time, all listeners together; `off`: as many as the descriptor limit allows"),
      Key("buffer", \.blockSize, .size(in: blockSizes), "size of a large buffer, used where much data is copied"),
    ])

  /// `off` for no such limit.
  static let sessions = Form<Int?>.optional("off", or: .number(in: 1...sessionsMax))

  static let log = Section<LogSettings>(
    title: "\"log\"", initial: LogSettings(),
    keys: [
      Key("level", \.level, .choice, "what is logged; each level includes those before it"),
      Key("format", \.format, .choice, "the form of a log line"),
      Key(
        "sessions", \.sessions, .choice,
        "which sessions leave a line: `useful` leaves out those that a client ended without a byte, `failures` those "
          + "that ended in order; what is left out is logged at level `debug`, with `off` not at all"),
      Key(
        "tcp_info", \.tcpInfo, .boolean,
        "a session's line has round trips, retransmissions and delivery rates of both sides, for a system call each"),
    ])
}

/// A configuration as the file has it.
struct ConfigurationDraft: Sendable {
  /// All but what follows.
  var value = Configuration(listeners: [], backends: [])
  var listeners: [Entry<ListenerDraft>] = []
  var backends: [Entry<BackendDraft>] = []
  /// What listeners and backends begin with.
  var timeouts = Timeouts()
  var attempt = Backend.usualAttempt as Duration?
  var resolve = ResolveSettings()
  /// Where the file has `timeouts.notice`; byte offsets in the source.
  var noticePlace: Range<Int>?

  init() {}

  init(_ configuration: Configuration) {
    value = configuration
    listeners = configuration.listeners.map { listener in
      Entry(ListenerDraft(listener, backend: configuration.backends[listener.backend].name))
    }
    backends = configuration.backends.map { Entry(BackendDraft($0)) }
  }

  /// All in one, if nothing is wrong or missing.
  var configuration: Configuration {
    var configuration = value
    configuration.backends = backends.map(\.value.value)
    let indices = backendIndices
    configuration.listeners = listeners.compactMap { entry in
      indices[entry.value.backend].map(entry.value.listener(to:))
    }
    return configuration
  }

  /// The first backend of each name.
  // lookup only: by name.
  var backendIndices: [String: Int] {
    let names = backends.enumerated().filter { $0.element.places["name"] != nil }
    return [String: Int](names.map { ($0.element.value.value.name, $0.offset) }) { first, _ in first }
  }
}
