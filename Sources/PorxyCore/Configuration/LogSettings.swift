/// What is logged and how.
public struct LogSettings: Sendable, Equatable {
  public var level: LogLevel
  public var format: LogFormat

  public init(level: LogLevel = .info, format: LogFormat = .text) {
    self.level = level
    self.format = format
  }
}
