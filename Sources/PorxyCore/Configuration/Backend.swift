/// A server that sessions are passed to.
public struct Backend: Sendable, Equatable {
  /// Where the server is.
  public enum Host: Sendable, Equatable {
    case address(IPAddress)
    /// Resolved for each session, off the loop.
    case name(String)
  }

  public var name: String
  public var host: Host
  public var port: UInt16
  public var timeouts: Timeouts
  public var congestion: Congestion

  public init(
    name: String, host: Host, port: UInt16, timeouts: Timeouts = Timeouts(), congestion: Congestion = .auto
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.timeouts = timeouts
    self.congestion = congestion
  }
}
