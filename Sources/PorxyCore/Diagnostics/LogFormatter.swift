/// Turns records into lines, with the names of one configuration.
///
/// Not for two threads at once: it keeps the last line's memory for the next.
public struct LogFormatter: ~Copyable {
  private let format: LogFormat
  private let listeners: [String]
  private let backends: [String]
  private var line: [UInt8] = []

  public init(_ format: LogFormat, for configuration: Configuration) {
    self.format = format
    listeners = configuration.listeners.map(\.name)
    backends = configuration.backends.map(\.name)
  }

  /// Formats a record of the proxy of one worker, and lends the line, newline included.
  public mutating func format(
    _ record: LogRecord, worker: Int, at time: Timestamp, _ body: ([UInt8]) -> Void
  ) {
    var line = begin(record.level, Self.event(of: record), Self.sentence(for: record), time)
    addFields(of: record, to: &line)
    if record.isOfOneWorker { line.field("worker", UInt64(worker)) }
    self.line = line.end()
    body(self.line)
  }

  /// Formats a record of the process, and lends the line, newline included.
  public mutating func format(_ record: ProcessRecord, at time: Timestamp, _ body: ([UInt8]) -> Void) {
    var line = begin(record.level, Self.event(of: record), Self.sentence(for: record), time)
    addFields(of: record, to: &line)
    self.line = line.end()
    body(self.line)
  }

  private mutating func begin(_ level: LogLevel, _ event: String, _ sentence: String, _ time: Timestamp) -> LogLine {
    let scratch = line
    line = []
    return LogLine(into: scratch, format, at: time, level, event: event, sentence)
  }

  private func addFields(of record: LogRecord, to line: inout LogLine) {
    switch record {
    case .listening(let listener, let endpoint):
      line.field("listener", listeners[listener])
      line.field("address", endpoint)
    case .session(let session):
      addFields(of: session, to: &line)
    case .paused(let listener, let reason):
      line.field("listener", listeners[listener])
      line.field("reason", reason.text)
    case .resumed(let listener):
      line.field("listener", listeners[listener])
    case .unresolved(let backend, let error, let usesLastAnswer):
      line.field("backend", backends[backend])
      line.field("error", error.text)
      line.field("uses_last_answer", usesLastAnswer)
    case .draining(let sessions):
      line.field("sessions", UInt64(sessions))
    case .drained(let reset):
      line.field("sessions_reset", UInt64(reset))
    case .attemptFailed(let backend, let endpoint, let failure):
      line.field("backend", backends[backend])
      line.field("address", endpoint)
      line.field("error", failure.text)
    }
  }

  private func addFields(of session: SessionRecord, to line: inout LogLine) {
    line.field("listener", listeners[session.listener])
    line.field("backend", backends[session.backend])
    line.field("client", session.client)
    Self.add(session.clientLocal, as: "client_local", to: &line)
    Self.add(session.backendLocal, as: "backend_local", to: &line)
    Self.add(session.backendPeer, as: "backend_peer", to: &line)
    line.field("ended_by", session.endedBy.rawValue)
    line.field("how", session.manner.rawValue)
    line.field("phase", session.phase.rawValue)
    if let failure = session.failure { line.field("error", failure.text) } else { line.absent("error") }
    line.field("bytes_to_backend", session.toBackend.delivered)
    line.field("bytes_to_client", session.toClient.delivered)
    line.field("undelivered_to_backend", session.toBackend.undelivered)
    line.field("undelivered_to_client", session.toClient.undelivered)
    if let connectedAt = session.connectedAt {
      line.field("connect_ms", connectedAt.since(session.acceptedAt))
    } else {
      line.absent("connect_ms")
    }
    line.field("duration_ms", session.endedAt.since(session.acceptedAt))
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
    case .listenFailed(let listener, let endpoint, let reason), .listensWithout(let listener, let endpoint, let reason):
      line.field("listener", listeners[listener])
      line.field("address", endpoint)
      line.field("reason", reason)
    case .told(let signal, _), .ignored(let signal):
      line.field("signal", signal)
    case .dropped(let lines):
      line.field("lines", lines)
    case .stopped:
      break
    }
  }
}
