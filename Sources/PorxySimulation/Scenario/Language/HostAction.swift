/// What happens to a host or to the process on it.
public enum HostAction: Sendable, Equatable {
  /// The process is killed; its kernel ends or resets what it had open.
  case kill
  /// The host goes dark and stays so.
  case losePower
  /// The host is back, at once, and knows nothing of what was.
  case restart
  /// The process does nothing; its kernel goes on.
  case hang
  /// The process goes on.
  case resume
  /// A fault of the simulated network begins, with its number.
  case suffer(FaultKind, UInt64)
  /// All its faults end.
  case recover
}

extension HostAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .kill: "kill"
    case .losePower: "lose power"
    case .restart: "restart"
    case .hang: "hang"
    case .resume: "resume"
    case .suffer(let kind, let amount): "suffer \(kind.phrase) \(amount)"
    case .recover: "recover"
    }
  }
}
