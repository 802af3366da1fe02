/// What is counted of the sessions of a listener with a backend, by both their names.
///
/// It is there as long as the process lives: a reload that brings another route between the two goes on counting here.
public struct RouteMeter: Sendable, Equatable {
  /// The listener's name.
  public let listener: String
  /// The backend's name.
  public let backend: String
  /// Bytes that the receivers' kernels took.
  public var relayed = DirectionCounts()
  /// Bytes that were received and not delivered, as the session record has them.
  public var undelivered = DirectionCounts()
  /// Clients taken from the kernel's queue.
  public var accepted: UInt64 = 0
  /// Sessions open now.
  public var sessions: UInt64 = 0
  /// Of sessions that have ended, from accepting the client on.
  public var durations = Histogram()
  /// Sessions that have ended, by how and by whom; `ended(_:by:)` reads them.
  private var ends = Counters<30>()
  /// Clients that were taken and denied, by `DenialReason`.
  private var denials = Counters<1>()
  /// Clients that could not be taken, by the error; as many entries as there were errors, up to `failuresMax`.
  public private(set) var acceptErrors: [FailureCount] = []
  /// Pauses that have begun and the time that they took, by what was short.
  private var pausesBegun = Counters<7>()
  private var pausedFor = InlineArray<7, Duration>(repeating: .zero)

  /// Errors that are told apart. Accepting has a dozen (accept(2)).
  static let failuresMax = 32

  public init(listener: String, backend: String) {
    self.listener = listener
    self.backend = backend
  }

  /// Sessions that ended like this.
  public func ended(_ manner: SessionRecord.Manner, by party: SessionRecord.Party) -> UInt64 {
    ends[Self.place(of: manner, party)]
  }

  /// Sessions that have ended.
  public var ended: UInt64 { (0..<30).reduce(0) { $0 &+ ends[$1] } }

  /// Clients that were denied for this reason.
  public func denied(_ reason: DenialReason) -> UInt64 { denials[reason.place] }

  /// Pauses that have begun for this reason.
  public func pauses(_ cause: PauseCause) -> UInt64 { pausesBegun[cause.rawValue] }

  /// How long the listener's sockets have been paused for this reason, those of all workers together.
  public func paused(_ cause: PauseCause) -> Duration { pausedFor[cause.rawValue] }

  /// A session has ended.
  @usableFromInline
  mutating func noteEnd(_ manner: SessionRecord.Manner, by party: SessionRecord.Party) {
    ends[Self.place(of: manner, party)] &+= 1
  }

  /// A client was denied.
  @usableFromInline
  mutating func note(_ reason: DenialReason) { denials[reason.place] &+= 1 }

  /// A client could not be taken.
  @usableFromInline
  mutating func noteAcceptError(_ failure: Failure) {
    if let place = acceptErrors.firstIndex(where: { $0.failure == failure }) {
      acceptErrors[place].count &+= 1
    } else if acceptErrors.count < Self.failuresMax {
      acceptErrors.append(FailureCount(failure: failure, count: 1))
    }
  }

  /// A pause has begun.
  @usableFromInline
  mutating func notePause(_ cause: PauseCause) { pausesBegun[cause.rawValue] &+= 1 }

  /// A pause has lasted so much longer.
  @usableFromInline
  mutating func notePaused(_ duration: Duration, _ cause: PauseCause) { pausedFor[cause.rawValue] += duration }

  /// Adds what another worker has counted of the same two.
  mutating func add(_ other: RouteMeter) {
    relayed.add(other.relayed)
    undelivered.add(other.undelivered)
    accepted &+= other.accepted
    sessions &+= other.sessions
    durations.add(other.durations)
    ends.add(other.ends)
    denials.add(other.denials)
    for error in other.acceptErrors {
      if let place = acceptErrors.firstIndex(where: { $0.failure == error.failure }) {
        acceptErrors[place].count &+= error.count
      } else {
        acceptErrors.append(error)
      }
    }
    pausesBegun.add(other.pausesBegun)
    for cause in PauseCause.allCases { pausedFor[cause.rawValue] += other.pausedFor[cause.rawValue] }
  }

  private static func place(of manner: SessionRecord.Manner, _ party: SessionRecord.Party) -> Int {
    manner.place * 3 + party.place
  }

  public static func == (a: RouteMeter, b: RouteMeter) -> Bool {
    a.listener == b.listener && a.backend == b.backend && a.relayed == b.relayed && a.undelivered == b.undelivered
      && a.accepted == b.accepted && a.sessions == b.sessions && a.durations == b.durations && a.ends == b.ends
      && a.denials == b.denials
      && a.acceptErrors == b.acceptErrors && a.pausesBegun == b.pausesBegun
      && PauseCause.allCases.allSatisfy { a.paused($0) == b.paused($0) }
  }
}

/// Bytes of both directions.
public struct DirectionCounts: Sendable, Equatable {
  public var toBackend: UInt64 = 0
  public var toClient: UInt64 = 0

  public init() {}

  mutating func add(_ other: DirectionCounts) {
    toBackend &+= other.toBackend
    toClient &+= other.toClient
  }
}

/// How often an error was met.
public struct FailureCount: Sendable, Equatable {
  public let failure: Failure
  public var count: UInt64
}

/// What a paused listener lacks.
public enum PauseCause: Int, CaseIterable, Sendable {
  /// Places for sessions of the whole process.
  case sessions
  /// Places for sessions of the listener.
  case listenerSessions
  case descriptors
  case memory
  /// Local ports towards the backend.
  case ports
  /// An administrator has asked for it.
  case administrator
  /// Places for sessions of every endpoint of the backend.
  case endpoints

  @usableFromInline
  init(_ reason: PauseReason) {
    switch reason {
    case .sessionsMax: self = .sessions
    case .listenerSessionsMax: self = .listenerSessions
    case .shortage(.descriptorsExhausted): self = .descriptors
    case .shortage(.portsExhausted): self = .ports
    case .shortage: self = .memory
    case .administrator: self = .administrator
    case .endpointsMax: self = .endpoints
    }
  }

  /// The value of the label `reason`.
  public var label: String {
    switch self {
    case .sessions: "sessions"
    case .listenerSessions: "listener_sessions"
    case .descriptors: "descriptors"
    case .memory: "memory"
    case .ports: "ports"
    case .administrator: "administrator"
    case .endpoints: "endpoints"
    }
  }
}

extension SessionRecord.Manner {
  /// Its number among all, without a list of them.
  var place: Int {
    switch self {
    case .end: 0
    case .reset: 1
    case .refused: 2
    case .timeout: 3
    case .vanished: 4
    case .shutdown: 5
    case .admin: 6
    case .down: 7
    case .limit: 8
    case .denied: 9
    }
  }

  /// Who can have begun such an end.
  var parties: [SessionRecord.Party] {
    switch self {
    case .end, .vanished: [.client, .backend]
    case .reset: [.client, .backend, .porxy]
    case .refused: [.backend]
    case .timeout, .shutdown, .limit, .admin, .denied, .down: [.porxy]
    }
  }
}

extension SessionRecord.Party {
  /// Its number among all, without a list of them.
  var place: Int {
    switch self {
    case .client: 0
    case .backend: 1
    case .porxy: 2
    }
  }
}
