/// How important a log line is; a level includes those above it.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case error
  case warning
  case info
  case debug

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    case .debug: 3
    }
  }

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
}
