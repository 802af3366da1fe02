import Glibc
import PorxyCore
import PorxySocketIO

/// Everything that is said while porxy runs goes through here: by level, in the configured format, into the log.
final class Reports: Sendable {
  private let configuration: Configuration
  private let log: LogWriter
  private let workers: Int
  private let draining = Monitor(Sum())
  private let drained = Monitor(Sum())

  /// What the workers tell one by one and people want to know in all.
  private struct Sum {
    var workers = 0
    var sessions = 0
  }

  init(_ configuration: Configuration, workers: Int, to descriptor: Int32 = STDERR_FILENO) {
    self.configuration = configuration
    self.workers = workers
    log = LogWriter(to: descriptor) { dropped in
      var formatter = LogFormatter(configuration.log.format, for: configuration)
      return formatter.line(.dropped(lines: dropped))
    }
  }

  func start() -> Bool { log.start() }

  /// Says what concerns the process.
  func note(_ record: ProcessRecord) {
    guard record.level <= configuration.log.level else { return }
    var formatter = LogFormatter(configuration.log.format, for: configuration)
    log.append(formatter.line(record))
  }

  /// Waits for the log to be written, but not for long: who reads it may have stopped.
  func flush() { log.flush(atMost: .seconds(2)) }

  /// Says what a worker's proxy says, formatted by the worker.
  func note(_ record: LogRecord, worker: Int, by formatter: inout LogFormatter) {
    guard record.level <= configuration.log.level, let record = combine(record, worker: worker) else { return }
    formatter.format(record, worker: worker, at: .now) { log.append($0) }
  }

  func formatter() -> LogFormatter { LogFormatter(configuration.log.format, for: configuration) }

  /// One record of what every worker says; nil until the last worker has said it.
  private func combine(_ record: LogRecord, worker: Int) -> LogRecord? {
    switch record {
    case .listening: worker == 0 ? record : nil
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
  fileprivate static var now: Timestamp { Timestamp(nanosecondsSinceEpoch: Machine.wallClock) }
}

extension LogFormatter {
  fileprivate mutating func line(_ record: ProcessRecord) -> [UInt8] {
    var bytes: [UInt8] = []
    format(record, at: .now) { bytes = $0 }
    return bytes
  }
}
