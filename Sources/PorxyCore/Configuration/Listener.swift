/// Where clients are accepted, and which backend they are passed to.
public struct Listener: Sendable, Equatable {
  public var name: String
  /// Index in `Configuration.backends`.
  public var backend: Int
  /// One, or several where the address means several (`localhost` is 127.0.0.1 and ::1).
  public var endpoints: [Endpoint]
  /// An IPv6 endpoint takes IPv4 clients too: `[::]` and `"*"` unless told otherwise.
  public var isDualStack: Bool
  public var timeouts: Timeouts
  /// Sessions at a time; nil: only the limit on all of them.
  public var sessionsMax: Int?
  public var congestion: Congestion

  public init(
    name: String, backend: Int, endpoints: [Endpoint], isDualStack: Bool = true, timeouts: Timeouts = Timeouts(),
    sessionsMax: Int? = nil, congestion: Congestion = .auto
  ) {
    self.name = name
    self.backend = backend
    self.endpoints = endpoints
    self.isDualStack = isDualStack
    self.timeouts = timeouts
    self.sessionsMax = sessionsMax
    self.congestion = congestion
  }
}
