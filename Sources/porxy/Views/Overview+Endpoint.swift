extension Overview {
  /// One of the servers of a backend.
  struct Endpoint: Equatable, Sendable {
    var backend: String
    var name: String
    var state = State.unknown
    /// Why it is so, or gets no sessions, in a word or two.
    var reason: String?
    /// Those that try to connect to it among them.
    var sessions = 0
    /// nil: no limit of its own.
    var sessionsMax: Int?
    /// From the beginning of an attempt to its connection: half of them took no longer. nil before the first.
    var connectMedian: Duration?
    /// The same for 99 of 100.
    var connectSlowest: Duration?
    /// Attempts to connect that failed, by their result.
    var failures: [Backend.Failures] = []

    enum State: String, CaseIterable, Sendable {
      /// Active checks say that it serves.
      case up
      /// They say that it does not; it is tried last.
      case down
      /// There are no checks, or none has said anything yet. It counts as one that serves.
      case unknown
      /// It gets no new sessions.
      case draining
      /// An attempt of a session has failed lately; it is tried last for a while.
      case troubled
    }

    /// What comes first where there is no room for all.
    enum Rank: Int, CaseIterable, Comparable {
      case down
      case troubled
      case draining
      case full
      case usable

      static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
    }

    var rank: Rank {
      switch state {
      case .down: .down
      case .troubled: .troubled
      case .draining: .draining
      case .up, .unknown: sessionsMax.map { sessions >= $0 } == true ? .full : .usable
      }
    }

    /// It gets no sessions, or only where no other endpoint can have them.
    var isPassedOver: Bool { rank != .usable }

    /// It does not serve, as far as porxy knows.
    var isFailing: Bool { rank <= .troubled }

    /// For a person, such as "down: refused".
    var stateText: String { state.rawValue + (reason.map { ": \($0)" } ?? "") }
  }
}
