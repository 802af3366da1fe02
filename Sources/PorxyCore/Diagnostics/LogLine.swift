/// A log line in the making: when, how important, what, and then its fields, in either format.
///
/// Append the fields in their documented order, then `end()`. Nothing is checked; one line is one append to `bytes`.
struct LogLine: ~Copyable {
  private(set) var bytes: [UInt8]
  private let format: LogFormat

  /// Begins a line in `scratch`, whose capacity is used again and whose content is not.
  init(
    into scratch: consuming [UInt8], _ format: LogFormat, marksPriority: Bool, at time: Timestamp, _ event: LogEvent,
    _ level: LogLevel,
    _ sentence: String
  ) {
    bytes = scratch
    bytes.removeAll(keepingCapacity: true)
    self.format = format
    switch format {
    case .text:
      if marksPriority {
        bytes.append(UInt8(ascii: "<"))
        bytes.append(digits: level.priority)
        bytes.append(UInt8(ascii: ">"))
      }
      time.write(to: &bytes)
      bytes.append(UInt8(ascii: " "))
      bytes.append(level.rawValue)
      bytes.append(UInt8(ascii: " "))
      bytes.append(sentence)
      bytes.append(UInt8(ascii: ":"))
    case .json:
      bytes.append("{\"time\":\"")
      time.write(to: &bytes)
      bytes.append("\",\"level\":\"")
      bytes.append(level.rawValue)
      bytes.append("\",\"event\":\"")
      bytes.append(event.rawValue)
      bytes.append("\",\"message\":")
      bytes.append(quoting: sentence.utf8)
    }
  }

  mutating func field(_ key: String, _ value: String) {
    open(key)
    if format == .json || Self.needsQuotes(value) {
      bytes.append(quoting: value.utf8)
    } else {
      bytes.append(value)
    }
  }

  mutating func field(_ key: String, _ value: Endpoint) {
    open(key)
    if format == .json { bytes.append(UInt8(ascii: "\"")) }
    value.write(to: &bytes)
    if format == .json { bytes.append(UInt8(ascii: "\"")) }
  }

  mutating func field(_ key: String, _ value: SessionID) {
    open(key)
    if format == .json { bytes.append(UInt8(ascii: "\"")) }
    value.write(to: &bytes)
    if format == .json { bytes.append(UInt8(ascii: "\"")) }
  }

  mutating func field(_ key: String, _ value: UInt64) {
    open(key)
    bytes.append(digits: value)
  }

  mutating func field(_ key: String, _ value: Duration) {
    open(key)
    bytes.append(millisecondsOf: value)
  }

  mutating func field(_ key: String, _ value: Bool) {
    open(key)
    bytes.append(value ? "true" : "false")
  }

  /// What is not there: null for machines, which want every key in every line; nothing for people.
  mutating func absent(_ key: String) {
    guard format == .json else { return }
    open(key)
    bytes.append("null")
  }

  /// The finished line, its newline included.
  consuming func end() -> [UInt8] {
    if format == .json {
      bytes.append(UInt8(ascii: "}"))
    } else if bytes.last == UInt8(ascii: ":") {
      bytes.removeLast()
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func open(_ key: String) {
    switch format {
    case .text:
      bytes.append(UInt8(ascii: " "))
      bytes.append(key)
      bytes.append(UInt8(ascii: "="))
    case .json:
      bytes.append(",\"")
      bytes.append(key)
      bytes.append("\":")
    }
  }

  private static func needsQuotes(_ value: String) -> Bool {
    value.isEmpty || value.utf8.contains { $0 <= 0x20 || $0 == 0x7f || $0 == 0x22 || $0 == 0x3d || $0 == 0x5c }
  }
}

extension LogLevel {
  /// What syslog and the journal have for it (syslog(3)).
  fileprivate var priority: UInt64 {
    switch self {
    case .error: 3
    case .warning: 4
    case .info: 6
    case .debug: 7
    }
  }
}
