public import PorxyCore

/// What becomes of a backend's name.
public enum NameAction: Sendable, Equatable {
  case resolves([NameTarget])
  /// Each answer takes so long.
  case takes(Duration)
  case fails(ResolutionError)
  /// It is not answered at all.
  case hangs
  /// It is answered again as it was before.
  case answers
}

extension NameAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .resolves(let targets): "resolves to \(targets.map(\.rawValue).joined(separator: ", "))"
    case .takes(let time): "takes \(time.scenarioText)"
    case .fails(.unknownName): "is unknown"
    case .fails(.unavailable): "is unavailable"
    case .hangs: NameVerb.hangs.rawValue
    case .answers: NameVerb.answers.rawValue
    }
  }
}

/// What a name can resolve to.
public enum NameTarget: String, Sendable, CaseIterable {
  case server
  case serverV6 = "server v6"
  /// A second server, on a host of its own.
  case other
  case otherV6 = "other v6"
  /// A host where nobody listens.
  case refusing
  /// An address that never answers.
  case silent
  /// Porxy's own host.
  case porxy

  /// What a name of a random run resolved to before names had numbers.
  static let ofEarlyRuns: [Self] = [.server, .refusing, .silent]

  /// The same in a random run, where the server is on the host of this place.
  func inRun(servedBy host: Int) -> RunTarget {
    switch self {
    case .server, .other: .server(host, .v4)
    case .serverV6, .otherV6: .server(host, .v6)
    case .refusing: .refusing(.v4)
    case .silent: .silent(.v4)
    case .porxy: .porxy(.v4)
    }
  }
}

/// What becomes of a name.
enum NameVerb: String, CaseIterable {
  case resolves = "resolves to"
  case takes
  case isUnknown = "is unknown"
  case isUnavailable = "is unavailable"
  case hangs
  case answers
}
