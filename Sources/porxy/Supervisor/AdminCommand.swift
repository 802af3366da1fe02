/// What somebody asks the supervisor to do by the admin socket.
struct AdminCommand: Sendable {
  enum Kind: String, Sendable {
    case reload
    case drain
    case stop

    /// As many signals to stop as it is worth.
    var stops: Int {
      switch self {
      case .reload: 0
      case .drain: 1
      case .stop: 2
      }
    }
  }

  /// What came of it.
  enum Outcome: Sendable {
    case reload(ReloadOutcome)
    /// Porxy stops, from now on or since before.
    case stopping
    /// Porxy stops, and nothing else is done any more.
    case tooLate
  }

  let kind: Kind
  /// Who asks; nil where the kernel does not say.
  let user: UInt32?
  /// Takes the outcome, on the supervisor's thread.
  let reply: @Sendable (Outcome) -> Void

  /// Commands that may wait.
  static let waitingMax = 16
}
