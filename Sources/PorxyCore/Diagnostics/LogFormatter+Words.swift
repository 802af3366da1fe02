/// What is said, as against what is filled in.
extension LogFormatter {
  static func event(of record: LogRecord) -> String {
    switch record {
    case .listening: "listening"
    case .session: "session"
    case .paused: "paused"
    case .resumed: "resumed"
    case .unresolved: "unresolved"
    case .draining: "draining"
    case .drained: "drained"
    case .attemptFailed: "attempt-failed"
    }
  }

  static func sentence(for record: LogRecord) -> String {
    switch record {
    case .listening: "listening"
    case .session(let session): sentence(for: session)
    case .paused: "not accepting, clients wait"
    case .resumed: "accepting again"
    case .unresolved: "backend's name not resolved"
    case .draining: "accepting no more, letting sessions finish"
    case .drained(let reset): reset == 0 ? "all sessions are over" : "the last sessions were reset"
    case .attemptFailed: "attempt to connect failed"
    }
  }

  private static func sentence(for session: SessionRecord) -> String {
    switch (session.manner, session.endedBy) {
    case (.end, .client): "session ended by the client"
    case (.end, .backend): "session ended by the backend"
    case (.end, .porxy): "session ended"
    case (.reset, .client): "session reset by the client"
    case (.reset, .backend): "session reset by the backend"
    case (.reset, .porxy): "session reset"
    case (.refused, _): "backend not reached"
    case (.timeout, _): "session timed out"
    case (.vanished, .client): "client vanished"
    case (.vanished, .backend): "backend vanished"
    case (.vanished, .porxy): "peer vanished"
    case (.shutdown, _): "session cut, porxy stops"
    case (.limit, _): "session given up for want of room"
    }
  }

  static func event(of record: ProcessRecord) -> String {
    switch record {
    case .started: "started"
    case .listenFailed: "listen-failed"
    case .listensWithout: "listens-without"
    case .told: "told-to-stop"
    case .ignored: "signal-ignored"
    case .dropped: "lines-dropped"
    case .stopped: "stopped"
    }
  }

  static func sentence(for record: ProcessRecord) -> String {
    switch record {
    case .started: "porxy runs"
    case .listenFailed: "cannot listen"
    case .listensWithout: "listening without one of its addresses"
    case .told(_, let again): again ? "told again to stop, ending at once" : "told to stop"
    case .ignored: "signal ignored, the configuration is read at start only"
    case .dropped(let lines): lines == 1 ? "1 log line dropped" : "\(lines) log lines dropped"
    case .stopped: "porxy stopped"
    }
  }
}

extension LogRecord {
  /// Which worker it was is worth telling; the others are told once for all workers.
  var isOfOneWorker: Bool {
    switch self {
    case .session, .paused, .resumed, .unresolved, .attemptFailed: true
    case .listening, .draining, .drained: false
    }
  }
}
