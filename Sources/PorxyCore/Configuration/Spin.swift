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
