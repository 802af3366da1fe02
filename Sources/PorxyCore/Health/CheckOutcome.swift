/// What came of one active check of an endpoint.
public enum CheckOutcome: Sendable, Equatable {
  case ok
  /// It says that the endpoint does not serve.
  case failed(CheckProblem)
  /// It could not be made, and says nothing about the endpoint.
  case notMade(CheckProblem)

  /// By which metrics count it.
  public var result: CheckResult {
    switch self {
    case .ok: .ok
    case .failed(let problem): problem.result
    case .notMade: .notMade
    }
  }

  /// What was wrong.
  public var problem: CheckProblem? {
    switch self {
    case .ok: nil
    case .failed(let problem), .notMade(let problem): problem
    }
  }

  /// Nobody listens there.
  @usableFromInline
  var isRefusal: Bool { self == .failed(.failure(.connectionRefused)) || self == .failed(.notListening) }

  /// What an error of a connection says. A shortage of this machine says nothing about the endpoint, nor does a name
  /// service that is out.
  @usableFromInline
  init(_ failure: Failure) {
    switch failure {
    case .portsExhausted, .addressUnavailable, .familyUnsupported, .allDrained, .unresolved(.unavailable):
      self = .notMade(.failure(failure))
    default: self = failure.isOwn ? .notMade(.failure(failure)) : .failed(.failure(failure))
    }
  }
}

/// What was wrong with a check.
public enum CheckProblem: Sendable, Equatable {
  /// Resolving, connecting, sending or receiving failed.
  case failure(Failure)
  /// The connection is there, and what is expected did not come in time.
  case noAnswer
  /// The server ended its stream before that.
  case endedEarly
  /// It sent as much as a check looks at, without what is expected.
  case otherAnswer
  /// No socket of this machine listens there.
  case notListening
  /// The address is not this machine's, whose kernel is asked.
  case elsewhere
  /// The kernel does not say which sockets listen.
  case untold

  /// A few words for people; stable.
  public var text: String {
    switch self {
    case .failure(let failure): failure.text
    case .noAnswer: "no expected answer in time"
    case .endedEarly: "ended without the expected answer"
    case .otherAnswer: "another answer than expected"
    case .notListening: "not listening"
    case .elsewhere: "not an address of this machine"
    case .untold: "the kernel does not tell which sockets listen"
    }
  }

  fileprivate var result: CheckResult {
    switch self {
    case .failure(.connectionRefused), .failure(.connectedToItself), .notListening: .refused
    case .failure(.hostUnreachable), .failure(.networkUnreachable): .unreachable
    case .failure(.timedOut), .noAnswer: .timedOut
    case .endedEarly, .otherAnswer: .unexpected
    case .failure, .elsewhere, .untold: .failed
    }
  }
}

/// What checks are counted by.
public enum CheckResult: Int, CaseIterable, Sendable {
  case ok
  /// Nobody listens there.
  case refused
  case unreachable
  /// No connection, or no expected answer, within the check's timeout.
  case timedOut
  /// Another answer than the expected one.
  case unexpected
  /// Any other error.
  case failed
  /// Porxy could not look: descriptors, memory or ports were short, or the name service was out.
  case notMade

  /// The value of the label `result`.
  public var label: String {
    switch self {
    case .ok: "ok"
    case .refused: "refused"
    case .unreachable: "unreachable"
    case .timedOut: "timed_out"
    case .unexpected: "unexpected"
    case .failed: "failed"
    case .notMade: "not_made"
    }
  }
}

/// An endpoint that active checks call down, or no longer, or what one of them has found.
public struct CheckReport: Sendable, Equatable {
  public let backend: String
  public let endpoint: String
  public let outcome: CheckOutcome
  /// How long the endpoint was what it is no longer; of a single check, how long that took.
  public let lasted: Duration

  @usableFromInline
  init(_ account: EndpointAccount, _ outcome: CheckOutcome, lasted: Duration) {
    (backend, endpoint) = (account.backend, account.name)
    (self.outcome, self.lasted) = (outcome, lasted)
  }
}
