public import PorxyCore

/// What becomes of the backend's name.
public enum NameAction: Sendable, Equatable {
  case resolves([NameTarget])
  /// Each answer takes so long.
  case takes(Duration)
  case fails(ResolutionError)
}

extension NameAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .resolves(let targets): "resolves to \(targets.map(\.rawValue).joined(separator: ", "))"
    case .takes(let time): "takes \(time.scenarioText)"
    case .fails(.unknownName): "is unknown"
    case .fails(.unavailable): "is unavailable"
    }
  }
}
