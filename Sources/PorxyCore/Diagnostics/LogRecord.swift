/// One thing the proxy has to say; formatted and written by others, off the loop.
public enum LogRecord: Sendable, Equatable {
  /// A listener accepts clients.
  case listening(listener: Int, on: Endpoint)
  /// A session is over: exactly one for each (TOLD).
  case session(SessionRecord)
  /// A listener leaves its clients waiting for want of something; at most one a second.
  case paused(listener: Int, because: PauseReason)
  /// A listener accepts again.
  case resumed(listener: Int)
  /// A backend's name could not be resolved; `usesLastAnswer` says whether an earlier answer serves on.
  case unresolved(backend: Int, ResolutionError, usesLastAnswer: Bool)
  /// Porxy was told to stop and lets its sessions finish.
  case draining(sessions: Int)
  /// Sessions that were reset at the end of the drain time.
  case drained(reset: Int)
  /// An attempt to reach one address of a backend failed; others may follow.
  case attemptFailed(backend: Int, Endpoint, Failure)

  /// The lowest level at which this is written.
  public var level: LogLevel {
    switch self {
    case .paused, .unresolved: .warning
    case .listening, .session, .resumed, .draining, .drained: .info
    case .attemptFailed: .debug
    }
  }
}
