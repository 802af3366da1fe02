/// What one look at a porxy shows: what `porxy top` and the page are made of.
///
/// Counters are totals since the start, so that a viewer gets rates from two looks (`Rates`). Times are exact to a
/// microsecond in JSON. Words such as a phase or how a session ended are those of the log.
struct Overview: Equatable, Sendable {
  var head = Head()
  /// In the order of the configuration.
  var listeners: [Listener] = []
  /// In the order of the configuration.
  var backends: [Backend] = []
  /// Of the backends that have more to tell than one plain endpoint: first those that get no sessions, as `Rank` orders
  /// them, and otherwise in the order of the configuration.
  var endpoints: [Endpoint] = []
  /// As `stallsBefore` orders them.
  var sessions: [Session] = []
  /// The last sessions that ended, newest first.
  var ended: [Ended] = []

  /// Sessions in one look: a look stays small however many there are.
  static let sessionsMax = 200
  static let endedMax = 10
  /// Listeners in one look, and backends.
  static let namesMax = 1000
  /// Endpoints in one look, of all backends together.
  static let endpointsMax = 1000
  static let workersMax = 1024

  /// Bytes of the two directions.
  struct Bytes: Equatable, Sendable {
    var toBackend: UInt64 = 0
    var toClient: UInt64 = 0

    /// Of both directions; as much as the type holds where that is more.
    var sum: UInt64 {
      let (sum, overflows) = toBackend.addingReportingOverflow(toClient)
      return overflows ? .max : sum
    }
  }

  /// The process as a whole.
  struct Head: Equatable, Sendable {
    var version = ""
    /// When the look was taken, as the log writes times.
    var time = ""
    /// Since the start, by a clock that is never set.
    var up = Duration.zero
    /// How many configurations there have been since the start, the present one among them.
    var generation = 1
    /// The last reload, if there has been one.
    var reload: Reload?
    /// `ready`, or a word for why it is not.
    var readiness = "ready"
    /// All sessions, more than a look shows.
    var sessions = 0
    var sessionsMax = 0
    /// All endpoints that a look would show if it had no bound.
    var endpoints = 0
    var accepted: UInt64 = 0
    var bytes = Bytes()
    /// Of each worker, the time that it was not asleep.
    var busy: [Duration] = []
  }

  /// How a reload came out.
  struct Reload: Equatable, Sendable {
    var time: String
    /// Why nothing has changed; nil if all has.
    var refusal: String?
  }

  struct Listener: Equatable, Sendable {
    var name: String
    var address: String
    /// Why it leaves its clients waiting; nil while it accepts them.
    var pause: String?
    /// A person has paused it, and has to resume it.
    var isHeld = false
    var sessions = 0
    /// nil: no limit of its own.
    var sessionsMax: Int?
    var accepted: UInt64 = 0
    /// Clients that wait to be accepted; nil where the kernel does not tell.
    var backlog: Int?
  }

  struct Backend: Equatable, Sendable {
    var name: String
    /// With its port.
    var host: String
    var sessions = 0
    /// From accepting a client to its connected backend: half of the sessions took no longer. nil before the first.
    var connectMedian: Duration?
    /// The same for 99 of 100.
    var connectSlowest: Duration?
    /// Attempts to connect that failed, by their result.
    var failures: [Failures] = []

    /// Attempts that ended with the same result.
    struct Failures: Equatable, Sendable {
      var result: String
      var count: UInt64
    }
  }

  struct Session: Equatable, Sendable {
    var id: String
    var listener: String
    var backend: String
    var client: String
    /// The backend's address; nil before it is connected.
    var endpoint: String?
    var phase: String
    var age = Duration.zero
    /// Since the last byte.
    var idle = Duration.zero
    /// Delivered.
    var bytes = Bytes()
    /// Taken from one side and not delivered to the other yet.
    var held = Bytes()
    /// What it waits for; nil while it moves or has nothing to move.
    var stall: Stall?
    /// For how long it has waited.
    var stalled = Duration.zero
  }

  /// Who keeps a session from going on.
  enum Stall: String, CaseIterable, Sendable {
    case client
    case backend
    case dialing

    /// For a person.
    var text: String {
      switch self {
      case .client: "client does not read"
      case .backend: "backend does not read"
      case .dialing: "dialing"
      }
    }
  }

  /// A session that is over.
  struct Ended: Equatable, Sendable {
    var id: String
    var time: String
    var listener: String
    var backend: String
    var client: String
    var how: String
    var endedBy: String
    var phase: String
    var error: String?
    var lasted = Duration.zero
    var bytes = Bytes()
    /// Taken from one side and never delivered to the other.
    var undelivered = Bytes()
  }
}

extension Overview {
  /// The order of the sessions that a look shows: those that stall, the longest first, then those that have moved most.
  /// Nil where two are equal in that. `stalled` is nil for what does not stall.
  static func stallsBefore(
    _ a: (stalled: Duration?, bytes: UInt64), _ b: (stalled: Duration?, bytes: UInt64)
  ) -> Bool? {
    if (a.stalled == nil) != (b.stalled == nil) { return a.stalled != nil }
    if let one = a.stalled, let other = b.stalled, one != other { return one > other }
    return a.bytes == b.bytes ? nil : a.bytes > b.bytes
  }

  /// Equal ones in the order of their ids, so that rows do not change places from look to look.
  static func stallsBefore(_ a: Session, _ b: Session) -> Bool {
    let isBefore = stallsBefore(
      (a.stall == nil ? nil : a.stalled, a.bytes.sum), (b.stall == nil ? nil : b.stalled, b.bytes.sum))
    return isBefore ?? ((a.id.utf8.count, a.id) < (b.id.utf8.count, b.id))
  }

  /// The time within which a share of what a histogram counts lies, by a straight line within its bucket; nil if it
  /// counts nothing. `counts` has one more element than `bounds`: what lies beyond the last of them counts as that.
  static func time(within share: Double, bounds: [Duration], counts: [UInt64]) -> Duration? {
    let total = counts.reduce(0) { $0 + Double($1) }
    guard total > 0, !bounds.isEmpty else { return nil }
    var below = 0.0
    for (index, bound) in bounds.enumerated() where index < counts.count && counts[index] > 0 {
      let count = Double(counts[index])
      if below + count >= total * share {
        let start = index == 0 ? Duration.zero : bounds[index - 1]
        return start + (bound - start) * min(1, max(0, (total * share - below) / count))
      }
      below += count
    }
    return bounds.last
  }
}
