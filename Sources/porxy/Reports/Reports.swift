import Glibc
import PorxyCore
import PorxyRuntime
import PorxySocketIO
import Synchronization

/// Everything that is said while porxy runs goes through here: by level, in the configured format, into the log.
final class Reports: Sendable {
  private let settings: Settings
  private let log: LogWriter
  /// What the log was told of sessions that ended last.
  let ended = EndedSessions()
  /// Those who read along at the admin doors.
  let feed: EventFeed
  private let workers: Int
  /// The journal reads the log, and takes priorities.
  private let isJournal: Bool
  private let draining = Monitor(Sum())
  private let drained = Monitor(Sum())

  /// What the workers tell one by one and people want to know in all.
  private struct Sum {
    var workers = 0
    var sessions = 0
  }

  /// What a reload changes, read for each record.
  private final class Settings: Sendable {
    private let level: Atomic<Int>
    private let isJSON: Atomic<Bool>
    /// Sessions have lines (`log.sessions`).
    private let hasSessions: Atomic<Bool>

    init(_ settings: LogSettings) {
      level = Atomic(settings.level.rank)
      isJSON = Atomic(settings.format == .json)
      hasSessions = Atomic(settings.sessions != .off)
    }

    func change(to settings: LogSettings) {
      level.store(settings.level.rank, ordering: .relaxed)
      isJSON.store(settings.format == .json, ordering: .relaxed)
      hasSessions.store(settings.sessions != .off, ordering: .relaxed)
    }

    func change(to level: LogLevel) { self.level.store(level.rank, ordering: .relaxed) }

    var format: LogFormat { isJSON.load(ordering: .relaxed) ? .json : .text }

    func takes(_ level: LogLevel) -> Bool { level.rank <= self.level.load(ordering: .relaxed) }

    /// Whether it has a line where its level is taken.
    func has(_ record: LogRecord) -> Bool {
      switch record {
      case .session, .sessionBegan: hasSessions.load(ordering: .relaxed)
      default: true
      }
    }
  }

  init(_ settings: LogSettings, workers: Int, to descriptor: Int32 = STDERR_FILENO) {
    let current = Settings(settings)
    self.settings = current
    self.workers = workers
    let isJournal = Journal.reads(descriptor)
    self.isJournal = isJournal
    let feed = EventFeed()
    self.feed = feed
    log = LogWriter(to: descriptor) { dropped in
      let record = ProcessRecord.dropped(lines: dropped)
      if feed.isRead(record.event.level) {
        feed.note(EventFeed.Event(time: .now, content: .process(record), isLogged: true))
      }
      var formatter = LogFormatter(current.format, marksPriority: isJournal)
      return formatter.line(record, at: .now)
    }
  }

  /// From now on the log is written by other settings.
  func change(to settings: LogSettings) { self.settings.change(to: settings) }

  /// From now on the log is written up to this level.
  func change(to level: LogLevel) { settings.change(to: level) }

  private var format: LogFormat { settings.format }

  func start() -> Bool { log.start() }

  /// Lines that were lost since the start.
  var linesDropped: UInt64 { log.dropped }

  /// Says what concerns the process.
  func note(_ record: ProcessRecord) {
    let (isRead, isLogged) = (feed.isRead(record.event.level), settings.takes(record.event.level))
    guard isRead || isLogged else { return }
    let time = Timestamp.now
    if isRead { feed.note(EventFeed.Event(time: time, content: .process(record), isLogged: true)) }
    guard isLogged else { return }
    var formatter = formatter()
    log.append(formatter.line(record, at: time))
  }

  /// Waits for the log to be written, but not for long: who reads it may have stopped.
  func flush() { log.flush(atMost: .seconds(2)) }

  /// Says what a worker's proxy says, formatted by the worker.
  func note(_ record: LogRecord, worker: Int, by formatter: inout LogFormatter) {
    if case .session(let session) = record { ended.note(session) }
    let isLogged = settings.has(record)
    let (isRead, isWritten) = (feed.isRead(record.level), isLogged && settings.takes(record.level))
    guard isRead || isWritten, let record = combine(record, worker: worker) else { return }
    let time = Timestamp.now
    if isRead { feed.note(EventFeed.Event(time: time, content: .worker(record, worker), isLogged: isLogged)) }
    guard isWritten else { return }
    if formatter.format != format { formatter = self.formatter() }
    formatter.format(record, worker: worker, at: time) { log.append($0) }
  }

  func formatter() -> LogFormatter { LogFormatter(format, marksPriority: isJournal) }

  /// One record of what every worker says; nil until the last worker has said it.
  private func combine(_ record: LogRecord, worker: Int) -> LogRecord? {
    switch record {
    case .listening, .listenerClosed: worker == 0 ? record : nil
    case .draining(let sessions): total(sessions, in: draining).map { .draining(sessions: $0) }
    case .drained(let reset): total(reset, in: drained).map { .drained(reset: $0) }
    default: record
    }
  }

  private func total(_ sessions: Int, in sum: Monitor<Sum>) -> Int? {
    sum.change { sum in
      sum.workers += 1
      sum.sessions += sessions
      return sum.workers == workers ? sum.sessions : nil
    }
  }
}

extension Timestamp {
  /// By the clock of the wall.
  static var now: Timestamp { Timestamp(nanosecondsSinceEpoch: SystemInfo.wallClock) }
}

extension LogFormatter {
  fileprivate mutating func line(_ record: ProcessRecord, at time: Timestamp) -> [UInt8] {
    var bytes: [UInt8] = []
    format(record, at: time) { bytes = $0 }
    return bytes
  }
}

/// A configuration at a glance, a line a listener.
enum Summary {
  static func of(_ configuration: Configuration) -> String {
    configuration.listeners.map { listener in
      let backend = configuration.backends[listener.backend]
      let (first, last) = (listener.ports.lowerBound, listener.ports.upperBound)
      let ports = first == last ? "\(first)" : "\(first)-\(last)"
      let places = listener.addresses.map { place($0, listener.interface, ports) }.joined(separator: " and ")
      let mirror = listener.isMirror ? " (listens once the backend accepts, and not while it refuses)" : ""
      return "  \(listener.name): \(places) -> \(backend.name): \(target(of: backend, ports))\(mirror)\n"
    }.joined()
  }

  /// Endpoints that are named at most.
  private static let endpointsMax = 4

  private static func target(of backend: Backend, _ ports: String) -> String {
    let named = backend.endpoints.prefix(endpointsMax).map { target(of: $0, ports) }.joined(separator: ", ")
    let further = backend.endpoints.count - endpointsMax
    return named + (further > 0 ? " and \(further) more" : "")
  }

  private static func target(of endpoint: BackendEndpoint, _ ports: String) -> String {
    let port = endpoint.port.map(String.init) ?? ports
    return switch endpoint.host {
    case .address(let address): place(address, endpoint.interface, port)
    case .name(let name): "\(name):\(port)"
    }
  }

  private static func place(_ address: IPAddress, _ interface: String?, _ port: String) -> String {
    let text = "\(address)" + (interface.map { "%\($0)" } ?? "")
    return (address.family == .v6 ? "[\(text)]" : text) + ":\(port)"
  }
}
