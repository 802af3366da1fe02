/// Turns records into lines.
///
/// Not for two threads at once: it keeps the last line's memory for the next.
public struct LogFormatter: ~Copyable {
  /// The form of its lines.
  public let format: LogFormat
  /// Lines of text begin with their priority, as the journal takes it.
  private let marksPriority: Bool
  private var line: [UInt8] = []

  /// With `marksPriority`, lines of text begin with `<6>` or so: syslog's number of their level (sd-daemon(3)).
  public init(_ format: LogFormat, marksPriority: Bool = false) {
    self.format = format
    self.marksPriority = marksPriority
  }

  /// Formats a record of the proxy of one worker, and lends the line, newline included.
  public mutating func format(
    _ record: LogRecord, worker: Int, at time: Timestamp, _ body: ([UInt8]) -> Void
  ) {
    var line = begin(record.event, record.level, Self.sentence(for: record), time)
    addFields(of: record, to: &line)
    if record.isOfOneWorker { line.field("worker", UInt64(worker)) }
    self.line = line.end()
    body(self.line)
  }

  /// Formats a record of the process, and lends the line, newline included.
  public mutating func format(_ record: ProcessRecord, at time: Timestamp, _ body: ([UInt8]) -> Void) {
    var line = begin(record.event, record.event.level, Self.sentence(for: record), time)
    addFields(of: record, to: &line)
    self.line = line.end()
    body(self.line)
  }

  private mutating func begin(
    _ event: LogEvent, _ level: LogLevel, _ sentence: String, _ time: Timestamp
  ) -> LogLine {
    let scratch = line
    line = []
    return LogLine(into: scratch, format, marksPriority: marksPriority, at: time, event, level, sentence)
  }

  private func addFields(of record: LogRecord, to line: inout LogLine) {
    switch record {
    case .listening(let listener, let endpoint, let last), .listenerClosed(let listener, let endpoint, let last):
      line.field("listener", listener)
      if let last { line.field("address", "\(endpoint)-\(last)") } else { line.field("address", endpoint) }
    case .mirrorClosed(let listener), .mirrorOpened(let listener): line.field("listener", listener)
    case .listenerRestored(let listener, let endpoint):
      line.field("listener", listener)
      line.field("address", endpoint)
    case .listenerLost(let listener, let endpoint, let failure):
      line.field("listener", listener)
      line.field("address", endpoint)
      line.field("error", failure.text)
    case .callRefused(let call, let failure):
      line.field("call", call.name)
      line.field("error", failure.text)
      line.field("effect", call.effect)
    case .sessionBegan(let id, let listener, let backend, let client, let generation):
      line.field("id", id)
      line.field("listener", listener)
      line.field("backend", backend)
      line.field("client", client)
      line.field("generation", UInt64(generation))
    case .session(let session):
      addFields(of: session, to: &line)
    case .paused(let listener, let reason):
      line.field("listener", listener)
      line.field("reason", reason.text)
    case .resumed(let listener):
      line.field("listener", listener)
    case .unresolved(let backend, let error, let usesLastAnswer):
      line.field("backend", backend)
      line.field("error", error.text)
      line.field("uses_last_answer", usesLastAnswer)
    case .addressesSkipped(let backend, let count):
      line.field("backend", backend)
      line.field("addresses", UInt64(count))
      line.field("tried", UInt64(Limits.addressesMax))
    case .loopDetected(let backend, let endpoint, let listener):
      line.field("backend", backend)
      line.field("address", endpoint)
      line.field("listener", listener)
    case .draining(let sessions):
      line.field("sessions", UInt64(sessions))
    case .drained(let reset):
      line.field("sessions_reset", UInt64(reset))
    case .attemptFailed(let session, let backend, let endpoint, let failure):
      line.field("id", session)
      line.field("backend", backend)
      line.field("address", endpoint)
      line.field("error", failure.text)
    case .clientDenied(let session, let listener, let client, let flaw):
      line.field("id", session)
      line.field("listener", listener)
      line.field("client", client)
      line.field("reason", DenialReason.header.rawValue)
      line.field("problem", flaw.text)
    case .faultMet(let fault): addFields(of: fault, to: &line)
    case .endpointTroubled, .endpointRecovered, .endpointEmpty, .endpointDown, .endpointUp, .endpointUnchecked,
      .endpointChecked:
      addEndpointFields(of: record, to: &line)
    }
  }

  private func addFields(of fault: FaultRecord, to line: inout LogLine) {
    line.field("fault", fault.fault)
    line.field("what", fault.what)
    if let listener = fault.listener { line.field("listener", listener) }
    switch fault.subject {
    case .session(let number, _, let client, let position):
      line.field("session", number)
      line.field("client", client)
      line.field("position", position)
    case .name(let host): line.field("host", host)
    case .listener, .process: break
    }
  }

  private func addEndpointFields(of record: LogRecord, to line: inout LogLine) {
    switch record {
    case .endpointTroubled(let backend, let endpoint, let failure):
      line.field("backend", backend)
      line.field("endpoint", endpoint)
      line.field("error", failure.text)
    case .endpointRecovered(let backend, let endpoint), .endpointEmpty(let backend, let endpoint):
      line.field("backend", backend)
      line.field("endpoint", endpoint)
    case .endpointDown(let report), .endpointUp(let report), .endpointUnchecked(let report):
      addFields(of: report, to: &line)
      if record.event != .endpointUnchecked { line.field("lasted_ms", report.lasted) }
    case .endpointChecked(let report):
      addFields(of: report, to: &line)
      line.field("result", report.outcome.result.label)
      line.field("lasted_ms", report.lasted)
    default: break
    }
  }

  private func addFields(of report: CheckReport, to line: inout LogLine) {
    line.field("backend", report.backend)
    line.field("endpoint", report.endpoint)
    if let problem = report.outcome.problem { line.field("reason", problem.text) }
  }

  private func addFields(of session: SessionRecord, to line: inout LogLine) {
    line.field("id", session.id)
    line.field("listener", session.listener)
    line.field("backend", session.backend)
    // Of a backend with one endpoint there is nothing to tell.
    if let endpoint = session.endpoint { line.field("endpoint", endpoint) }
    line.field("client", session.client)
    if let via = session.via { line.field("via", via) }
    Self.add(session.clientLocal, as: "client_local", to: &line)
    Self.add(session.backendLocal, as: "backend_local", to: &line)
    Self.add(session.backendPeer, as: "backend_peer", to: &line)
    line.field("ended_by", session.endedBy.rawValue)
    line.field("how", session.manner.rawValue)
    line.field("phase", session.phase.rawValue)
    if let denial = session.denial { line.field("reason", denial.rawValue) }
    if let failure = session.failure { line.field("error", failure.text) } else { line.absent("error") }
    line.field("bytes_to_backend", session.toBackend.delivered)
    line.field("bytes_to_client", session.toClient.delivered)
    line.field("undelivered_to_backend", session.toBackend.undelivered)
    line.field("undelivered_to_client", session.toClient.undelivered)
    if let headerAt = session.headerAt { line.field("header_ms", headerAt.since(session.acceptedAt)) }
    if let connectedAt = session.connectedAt {
      line.field("connect_ms", connectedAt.since(session.acceptedAt))
    } else {
      line.absent("connect_ms")
    }
    line.field("duration_ms", session.endedAt.since(session.acceptedAt))
    // For people, one attempt is nothing to tell of.
    if session.attempts > 1 || format == .json { line.field("attempts", UInt64(session.attempts)) }
    line.field("generation", UInt64(session.generation))
    if let faults = session.faults {
      line.field("session", faults.session)
      line.field("faults", faults.names)
    }
    if let measured = session.measured {
      Self.add(measured.client, of: "client", to: &line)
      Self.add(measured.backend, of: "backend", to: &line)
    }
  }

  /// What the kernel measured on one side.
  private static func add(_ statistics: SocketStatistics?, of side: String, to line: inout LogLine) {
    guard let statistics else {
      for key in ["rtt_ms", "rttvar_ms", "retransmits", "lost", "delivery_rate"] { line.absent("\(side)_\(key)") }
      return
    }
    line.field("\(side)_rtt_ms", statistics.roundTrip)
    line.field("\(side)_rttvar_ms", statistics.roundTripVariation)
    line.field("\(side)_retransmits", UInt64(statistics.retransmits))
    line.field("\(side)_lost", UInt64(statistics.lost))
    line.field("\(side)_delivery_rate", statistics.deliveryRate)
  }

  private static func add(_ endpoint: Endpoint?, as key: String, to line: inout LogLine) {
    if let endpoint { line.field(key, endpoint) } else { line.absent(key) }
  }

  private func addFields(of record: ProcessRecord, to line: inout LogLine) {
    switch record {
    case .started(let version, let workers, let sessionsMax):
      line.field("version", version)
      line.field("workers", UInt64(workers))
      line.field("sessions_max", UInt64(sessionsMax))
    case .listenFailed(let listener, let endpoint, let reason), .listenSkipped(let listener, let endpoint, let reason):
      line.field("listener", listener)
      line.field("address", endpoint)
      line.field("reason", reason)
    case .stopSignal(let signal, _), .ignored(let signal):
      line.field("signal", signal)
    case .noticeBegan(let notice):
      line.field("notice_ms", notice)
    case .notifyFailed(let error):
      line.field("error", error)
    case .reloadBegan(let reason):
      line.field("by", reason)
    case .reloadMistake(let place, let message), .reloadWarning(let place, let message):
      line.field("at", place)
      line.field("problem", message)
    case .reloadRefused(let reason):
      line.field("reason", reason)
    case .reloaded(let generation, let changes):
      line.field("generation", UInt64(generation))
      line.field("listeners_added", UInt64(changes.added))
      line.field("listeners_changed", UInt64(changes.changed))
      line.field("listeners_removed", UInt64(changes.removed))
      line.field("listeners_unchanged", UInt64(changes.unchanged))
    case .needsRestart(let key):
      line.field("key", key)
    case .adminListening(let door):
      line.field("door", door)
    case .adminFailed(let door, let reason):
      line.field("door", door)
      line.field("reason", reason)
    case .adminChange(let user, let what):
      if let user { line.field("uid", UInt64(user)) } else { line.absent("uid") }
      line.field("what", what)
    case .dropped(let lines):
      line.field("lines", lines)
    case .eventsLost(let events):
      line.field("events", events)
    case .stopped:
      break
    }
  }
}

/// The texts for people. They begin like a sentence and have no full stop: fields follow.
extension LogFormatter {
  static func sentence(for record: LogRecord) -> String {
    switch record {
    case .listening: "listening"
    case .sessionBegan: "session began"
    case .session(let session): sentence(for: session)
    case .paused: "listener paused, clients wait in the backlog"
    case .resumed: "listener resumed"
    case .unresolved: "resolving the backend's name failed"
    case .loopDetected: "loop detected, session refused"
    case .addressesSkipped: "the backend's name has too many addresses, some are not tried"
    case .draining: "draining"
    case .drained(let reset): reset == 0 ? "drained" : "drained, remaining sessions were reset"
    case .attemptFailed: "attempt to connect to the backend failed"
    case .endpointTroubled: "endpoint troubled, the others are tried first"
    case .endpointRecovered: "endpoint recovered"
    case .endpointEmpty: "drained endpoint has no sessions any more"
    case .clientDenied: "client denied because of its first bytes"
    case .faultMet: "a fault of the plan acts"
    case .listenerLost: "listening socket lost, reopening it"
    case .listenerRestored: "listening again"
    case .listenerClosed: "listener removed, its socket is closed"
    case .mirrorClosed: "backend refuses, not listening until it accepts"
    case .mirrorOpened: "backend accepts, listening"
    case .callRefused: "system call refused, continuing without it"
    case .endpointDown: "active checks call the endpoint down, others are tried first"
    case .endpointUp: "active checks call the endpoint up again"
    case .endpointChecked: "endpoint checked"
    case .endpointUnchecked: "the endpoint cannot be checked"
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
    case (.refused, _): "connecting to the backend failed"
    case (.timeout, _): "session timed out"
    case (.vanished, .client): "client stopped responding"
    case (.vanished, .backend): "backend stopped responding"
    case (.vanished, .porxy): "peer stopped responding"
    case (.shutdown, _): "session reset: porxy is stopping"
    case (.admin, _): "session reset: an administrator asked for it"
    case (.down, _): "session reset: active checks call its endpoint down"
    case (.limit, _): "session ended: out of descriptors, ports or memory"
    case (.denied, _): "client denied and reset"
    }
  }

  static func sentence(for record: ProcessRecord) -> String {
    switch record {
    case .started: "porxy runs"
    case .listenFailed: "cannot listen"
    case .listenSkipped: "listening without this address"
    case .stopSignal(_, let again): again ? "stopping immediately" : "stopping"
    case .noticeBegan: "still accepting clients for a while"
    case .notifyFailed: "telling the service manager failed, continuing without it"
    case .ignored("SIGHUP"): "signal ignored, porxy is stopping"
    case .ignored: "signal ignored, porxy does not use it"
    case .reloadBegan: "reloading the configuration"
    case .reloadMistake: "mistake in the configuration"
    case .reloadWarning: "warning about the configuration"
    case .reloadRefused: "reload refused, nothing has changed"
    case .reloaded: "configuration reloaded"
    case .needsRestart: "a changed setting takes effect after a restart"
    case .adminListening: "admin listening"
    case .adminFailed: "admin cannot listen"
    case .adminChange: "change asked for by the admin socket"
    case .dropped(let lines): lines == 1 ? "1 log line dropped" : "\(lines) log lines dropped"
    case .eventsLost(let events): events == 1 ? "1 event lost" : "\(events) events lost"
    case .stopped: "porxy stopped"
    }
  }
}

extension LogRecord {
  /// Whether the line names the worker; the others are logged once for all workers.
  var isOfOneWorker: Bool {
    switch self {
    case .sessionBegan, .session, .paused, .resumed, .unresolved, .addressesSkipped, .loopDetected, .attemptFailed,
      .clientDenied, .faultMet, .listenerLost, .listenerRestored, .endpointTroubled, .endpointRecovered, .endpointEmpty:
      true
    case .listening, .listenerClosed, .mirrorClosed, .mirrorOpened, .callRefused, .draining, .drained, .endpointDown,
      .endpointUp, .endpointChecked, .endpointUnchecked:
      false
    }
  }
}
