public import PorxyCore

/// What is asked of porxy, or expected of it; direct, nothing.
public enum PorxyAction: Sendable, Equatable {
  /// The first SIGTERM.
  case drain
  /// The second.
  case stop
  /// The next record of a session, in the order of their ends.
  case tells(SessionRecord.Party, SessionRecord.Manner, SessionRecord.Phase?)
  /// So many sessions are open, with nothing left of others.
  case holds(sessions: UInt64)
}

extension PorxyAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .drain: "drain"
    case .stop: "stop"
    case .tells(let party, let manner, let phase):
      "tells \(party.rawValue) \(manner.rawValue)" + (phase.map { " while \($0.rawValue)" } ?? "")
    case .holds(let count): "holds \(count) sessions"
    }
  }
}
