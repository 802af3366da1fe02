import Glibc
import PorxyAdmin
import PorxyCore
import PorxyRuntime

/// The log of `porxy toxiproxy`: Toxiproxy's own messages and porxy's records, as JSON on the standard output.
final class ToxiproxyLog: Sendable {
  private let level: LogLevel
  private let writer: LogWriter

  /// Up to the level that Toxiproxy's variable `LOG_LEVEL` names.
  init(level: LogLevel = level(named: Program.environment("LOG_LEVEL"))) {
    self.level = level
    writer = LogWriter(to: STDOUT_FILENO) { Self.line(.warning, "Lines of the log were lost", [("lines", "\($0)")]) }
  }

  func start() -> Bool { writer.start() }

  /// Waits for the log to be written, but not for long.
  func flush() { writer.flush(atMost: .seconds(2)) }

  func note(_ level: LogLevel, _ message: String, _ fields: (key: String, value: String)...) {
    if level <= self.level { writer.append(Self.line(level, message, fields)) }
  }

  /// Says what a proxy's worker says; its listener is the proxy.
  func note(_ record: LogRecord, by formatter: inout LogFormatter) {
    guard record.level <= level else { return }
    switch record {
    // Told by their requests.
    case .listening, .draining, .drained: return
    default: formatter.format(record, worker: 0, at: .now) { writer.append($0) }
    }
  }

  private static func line(_ level: LogLevel, _ message: String, _ fields: [(key: String, value: String)]) -> [UInt8] {
    var time: [UInt8] = []
    Timestamp.now.write(to: &time)
    let members = [("time", String(decoding: time, as: UTF8.self)), ("level", level.rawValue), ("message", message)]
    let all = (members + fields.map { ($0.key, $0.value) }).map { JSONValue.Member(key: $0.0, value: .text($0.1)) }
    return JSONValue.object(all).bytes + [UInt8(ascii: "\n")]
  }

  /// Zerolog has more levels; an unknown one is the usual one.
  static func level(named name: String?) -> LogLevel {
    switch name?.lowercased() {
    case "trace", "debug": .debug
    case "warn", "warning": .warning
    case "error", "fatal", "panic", "disabled": .error
    default: .info
    }
  }
}
