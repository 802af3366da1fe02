/// What a log line is about: the name that programs look for, its level, and when it is written.
///
/// A name says what happened to what: `listener-paused`, `listen-failed`. `docs/generated/events.md` is made from it.
public enum LogEvent: String, CaseIterable, Sendable {
  case listening
  case started
  case listenFailed = "listen-failed"
  case listenSkipped = "listen-skipped"
  case sessionBegan = "session-began"
  case session
  case clientDenied = "client-denied"
  case fault
  case attemptFailed = "attempt-failed"
  case endpointDown = "endpoint-down"
  case endpointUp = "endpoint-up"
  case endpointChecked = "endpoint-checked"
  case endpointUnchecked = "endpoint-unchecked"
  case resolveFailed = "resolve-failed"
  case addressesSkipped = "addresses-skipped"
  case endpointTroubled = "endpoint-troubled"
  case endpointRecovered = "endpoint-recovered"
  case endpointEmpty = "endpoint-empty"
  case loopDetected = "loop-detected"
  case listenerPaused = "listener-paused"
  case listenerResumed = "listener-resumed"
  case listenerLost = "listener-lost"
  case listenerRestored = "listener-restored"
  case listenerClosed = "listener-closed"
  case mirrorClosed = "mirror-closed"
  case mirrorOpened = "mirror-opened"
  case reloadBegan = "reload-began"
  case reloadMistake = "reload-mistake"
  case reloadWarning = "reload-warning"
  case reloadRefused = "reload-refused"
  case reloadDone = "reload-done"
  case needsRestart = "needs-restart"
  case adminListening = "admin-listening"
  case adminFailed = "admin-failed"
  case adminChange = "admin-change"
  case callRefused = "call-refused"
  case stopSignal = "stop-signal"
  case noticeBegan = "notice-began"
  case draining
  case drained
  case stopped
  case signalIgnored = "signal-ignored"
  case linesDropped = "lines-dropped"
  case eventsLost = "events-lost"
  case notifyFailed = "notify-failed"

  /// The lowest level at which it is written.
  public var level: LogLevel {
    switch self {
    case .listenFailed, .loopDetected, .reloadMistake, .reloadRefused, .adminFailed: .error
    case .mirrorClosed, .listenSkipped, .resolveFailed, .addressesSkipped, .listenerPaused, .listenerLost, .callRefused,
      .endpointTroubled, .endpointDown, .endpointUnchecked, .signalIgnored, .linesDropped, .eventsLost, .reloadWarning,
      .needsRestart, .notifyFailed:
      .warning
    case .listening, .fault, .mirrorOpened, .started, .listenerClosed, .reloadBegan, .reloadDone, .session,
      .listenerResumed, .endpointRecovered, .endpointEmpty, .endpointUp, .listenerRestored, .stopSignal, .noticeBegan,
      .draining,
      .drained, .stopped, .adminListening, .adminChange:
      .info
    case .sessionBegan, .attemptFailed, .clientDenied, .endpointChecked: .debug
    }
  }

  /// When it is written, in Markdown.
  package var meaning: String {
    switch self {
    case .listening: "A listener accepts clients. `address` ends in the first and the last port of a range."
    case .started: "All listeners and all workers are ready. `sessions_max` is the limit on all sessions together."
    case .listenFailed: "A listener cannot listen; porxy exits, or refuses the reload."
    case .listenSkipped:
      "An address of `localhost` or `\"*\"` is left out, because this machine has no such addresses (IPv6)."
    case .sessionBegan: "A client was accepted, and its session begins. Not where `log.sessions` is `off`."
    case .session: "A session has ended. One line for each, but for those that `log.sessions` leaves out."
    case .clientDenied:
      "A client was reset because of its first bytes (`reason`; `problem` says more). Its session's line says so, too."
    case .fault:
      "A fault of `faults` acts on a session for the first time: `what` it does, and the bytes that the stream had "
        + "brought by then (`position`). `session` counts those of the listener. Of a fault that befalls a listener as "
        + "a whole, a name (`host`) or porxy itself there is no session."
    case .attemptFailed: "Connecting to one address of a backend failed; porxy may try others."
    case .endpointDown:
      "Active checks call an endpoint down, after `lasted_ms` in which they did not: it is tried behind the others. "
        + "`reason` is what the last check has found."
    case .endpointUp: "Active checks call an endpoint up, after `lasted_ms` in which they called it down."
    case .endpointChecked: "An active check of an endpoint is over: its `result`, and a `reason` unless it is `ok`."
    case .endpointUnchecked:
      "An endpoint cannot be checked as `health` says (`reason`). Told once, until a check can be made."
    case .resolveFailed:
      "Looking up a backend's name failed. `uses_last_answer`: an earlier answer is still used (`resolve.keep`)."
    case .addressesSkipped: "A backend's name has more addresses (`addresses`) than porxy tries (`tried`)."
    case .endpointTroubled:
      "An attempt to connect to an endpoint has failed, or was not answered in time, so that the backend's others are "
        + "tried before it ([how long](../ENDPOINTS.md#troubled-endpoints)). Told once until it has recovered."
    case .endpointRecovered: "A troubled endpoint has accepted a connection."
    case .endpointEmpty: "A drained endpoint has no session any more."
    case .loopDetected:
      "A session was refused because its backend leads back to a listener that it came through (`listener`). At most "
        + "once a second for each listener."
    case .listenerPaused:
      "A listener stops accepting, so clients wait in the kernel's backlog. At most once a second for each listener."
    case .listenerResumed: "A paused listener accepts clients again."
    case .listenerLost:
      "A listening socket was destroyed from outside (`ss -K`), or could not be reopened yet. At most once a second."
    case .listenerRestored: "A lost listener accepts clients again."
    case .listenerClosed:
      "A reload has removed a listener or some of its ports, and no client waits there any more. `address` ends in the "
        + "first and the last port of a range."
    case .mirrorClosed:
      "The backend refuses, so a listener with `mirror` does not listen any more: clients are refused. Porxy looks "
        + "every half second whether the backend accepts again."
    case .mirrorOpened:
      "The backend of a listener with `mirror` accepts, so the listener listens: for the first time, or again."
    case .reloadBegan:
      "A signal (`by`), a changed file (`by` is `watch`) or a request (`admin`) asks porxy to reload its configuration."
    case .reloadMistake: "A mistake in the new configuration. The reload is refused."
    case .reloadWarning: "Something in the new configuration that is allowed and probably not meant."
    case .reloadRefused: "The new configuration was not loaded, and nothing has changed."
    case .reloadDone: "All workers use the new configuration, the `generation`th since the start."
    case .needsRestart: "A setting (`key`) was changed that porxy reads only at start."
    case .adminListening: "Porxy can be asked at `door`, a path or an address ([ADMIN.md](../ADMIN.md))."
    case .adminFailed:
      "Porxy cannot be asked at `door`; it exits, refuses the reload or, if it was lost since, tries again each second."
    case .adminChange:
      "A process of the user `uid` has asked for a change by the admin socket; what came of it is in the next events."
    case .callRefused:
      "The kernel or a sandbox refuses a system call or option that porxy can do without. Once for each `call`; "
        + "`effect` says what changes."
    case .stopSignal:
      "SIGTERM, SIGINT, SIGQUIT, or a request (`admin`): the first one drains, the second one stops immediately."
    case .noticeBegan:
      "Porxy goes on accepting clients for `notice_ms` (`timeouts.notice`) after the first signal to stop, and drains "
        + "then."
    case .draining: "Porxy accepts no more clients and waits for `sessions` to end."
    case .drained: "The last session has ended. `sessions_reset` counts those that porxy reset."
    case .stopped: "The last line."
    case .signalIgnored: "A signal that porxy does not use. At most once a second for each signal."
    case .linesDropped: "The reader of the log was too slow, and lines were lost."
    case .eventsLost:
      "So many `events` were lost to who reads along too slowly, and to no other. Only in what `GET /events` and "
        + "`GET /log` answer ([ADMIN.md](../ADMIN.md#reading-along))."
    case .notifyFailed:
      "A message to the service manager (`NOTIFY_SOCKET`) could not be sent. Told once; porxy goes on without it."
    }
  }
}
