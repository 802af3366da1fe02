/// What is counted of a backend, by its name, whichever listeners lead to it.
public struct BackendMeter: Sendable, Equatable {
  /// The backend's name.
  public let name: String
  /// From beginning to dial to the connected backend: resolving and waiting for a port included.
  public var connects = Histogram()

  public init(name: String) { self.name = name }

  /// Adds what another worker has counted of the same one.
  mutating func add(_ other: BackendMeter) { connects.add(other.connects) }
}

/// What is counted of an endpoint of a backend, by both their names.
public struct EndpointMeter: Sendable, Equatable {
  /// The backend's name.
  public let backend: String
  /// The endpoint's name.
  public let name: String
  /// By `AttemptResult`.
  private var results = Counters<8>()
  /// By `ResolutionResult`.
  private var lookups = Counters<3>()
  /// Of active checks, by `CheckResult`.
  private var findings = Counters<7>()
  /// From the beginning of an attempt to its connection.
  public var connects = Histogram()
  /// How old the answer to its name is; nil: it has no name, or no answer. A gauge: filled in when it is asked for.
  public var answerAge: Duration?
  /// Whether it may be used, as far as active checks know; nil: they do not look at it. A gauge: filled in when it is
  /// asked for.
  public var isHealthy: Bool?

  public init(backend: String, name: String) {
    self.backend = backend
    self.name = name
  }

  /// Attempts to connect that came to this.
  public func attempts(_ result: AttemptResult) -> UInt64 { results[result.rawValue] }

  /// Answers to lookups of the name that were this.
  public func resolutions(_ result: ResolutionResult) -> UInt64 { lookups[result.rawValue] }

  /// Active checks that came to this.
  public func checks(_ result: CheckResult) -> UInt64 { findings[result.rawValue] }

  /// Whether active checks look at it, or have.
  public var wasChecked: Bool { isHealthy != nil || CheckResult.allCases.contains { checks($0) > 0 } }

  @usableFromInline
  mutating func note(_ result: AttemptResult, times: Int = 1) { results[result.rawValue] &+= UInt64(times) }

  @usableFromInline
  mutating func note(_ result: ResolutionResult) { lookups[result.rawValue] &+= 1 }

  @usableFromInline
  mutating func note(_ result: CheckResult) { findings[result.rawValue] &+= 1 }

  /// Adds what another worker has counted of the same one.
  mutating func add(_ other: EndpointMeter) {
    results.add(other.results)
    lookups.add(other.lookups)
    findings.add(other.findings)
    connects.add(other.connects)
    // Of one worker alone: it has the checks.
    isHealthy = other.isHealthy ?? isHealthy
    // The workers share the answer; whoever has not looked at it lately knows an older one.
    if let age = other.answerAge { answerAge = min(answerAge ?? age, age) }
  }
}

/// What became of an attempt to connect to one address of a backend; each has one result.
public enum AttemptResult: Int, CaseIterable, Sendable {
  case connected
  case refused
  /// A router or this machine's routes said that there is no way.
  case unreachable
  /// The kernel's patience or `timeouts.connect` ended.
  case timedOut
  /// Every local port was in use towards the address.
  case noPort
  /// Any other error.
  case failed
  /// Another attempt of the same session connected first.
  case lostRace
  /// The session was over before: its client had gone, or porxy stopped.
  case abandoned

  /// What an error of connect(2) means.
  @usableFromInline
  init(_ failure: Failure) {
    switch failure {
    case .connectionRefused: self = .refused
    case .hostUnreachable, .networkUnreachable: self = .unreachable
    case .timedOut: self = .timedOut
    case .portsExhausted: self = .noPort
    default: self = .failed
    }
  }

  /// The value of the label `result`.
  public var label: String {
    switch self {
    case .connected: "connected"
    case .refused: "refused"
    case .unreachable: "unreachable"
    case .timedOut: "timed_out"
    case .noPort: "no_port"
    case .failed: "failed"
    case .lostRace: "lost_race"
    case .abandoned: "abandoned"
    }
  }
}

/// What the name service made of a lookup.
public enum ResolutionResult: Int, CaseIterable, Sendable {
  case answered
  /// The name does not exist, or has no address.
  case unknownName
  /// The name service failed or did not answer.
  case unavailable

  @usableFromInline
  init(_ error: ResolutionError) {
    switch error {
    case .unknownName: self = .unknownName
    case .unavailable: self = .unavailable
    }
  }

  /// The value of the label `result`.
  public var label: String {
    switch self {
    case .answered: "answered"
    case .unknownName: "unknown_name"
    case .unavailable: "unavailable"
    }
  }
}
