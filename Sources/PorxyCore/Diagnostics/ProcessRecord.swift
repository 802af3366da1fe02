/// One thing the process around the proxy has to say: its start, its signals and its end.
public enum ProcessRecord: Sendable, Equatable {
  /// All listeners are bound and all workers run.
  case started(version: String, workers: Int, sessionsMax: Int)
  /// A listener cannot listen; `reason` is for a person.
  case listenFailed(listener: Int, on: Endpoint, reason: String)
  /// A listener goes without one of the addresses that its address means, because the machine has no such.
  case listensWithout(listener: Int, on: Endpoint, reason: String)
  /// A signal asks for the end; `again` if it is the second.
  case told(signal: String, again: Bool)
  /// A signal that changes nothing.
  case ignored(signal: String)
  /// Log lines that nobody took in time and that are gone.
  case dropped(lines: UInt64)
  /// The last line.
  case stopped

  /// The lowest level at which this is written.
  public var level: LogLevel {
    switch self {
    case .listenFailed: .error
    case .listensWithout, .dropped, .ignored: .warning
    case .started, .told, .stopped: .info
    }
  }
}
