import Synchronization

/// How far the process is in its life, for whatever asks it from outside. Any thread may read it.
final class ProcessReadiness: Sendable {
  /// In the order in which they follow one another.
  enum State: UInt8, Sendable, Comparable {
    /// Not all workers listen yet.
    case starting
    /// All workers accept clients.
    case ready
    /// Told to stop, and still accepting clients for `timeouts.notice`: new ones are better sent elsewhere.
    case notice
    /// Accepts no more; sessions finish.
    case draining

    /// Its name for people and programs.
    var word: String {
      switch self {
      case .starting: "starting"
      case .ready: "serving"
      case .notice: "notice"
      case .draining: "draining"
      }
    }

    static func < (a: State, b: State) -> Bool { a.rawValue < b.rawValue }
  }

  private let number = Atomic(State.starting.rawValue)

  var state: State { State(rawValue: number.load(ordering: .relaxed)) ?? .starting }

  /// Whether new clients are welcome.
  var isReady: Bool { state == .ready }

  /// Only the supervisor says where the process is.
  func enter(_ state: State) { number.store(state.rawValue, ordering: .relaxed) }
}
