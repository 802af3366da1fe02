/// How porxy looks by itself whether the endpoints of a backend serve.
///
/// What it finds orders the endpoints that sessions try, and never excludes one.
public struct HealthSettings: Sendable, Equatable {
  /// What has to work.
  public enum Check: Sendable, Equatable {
    /// A connection can be established. It is ended in order, without a byte.
    case connect
    /// This machine's kernel has a socket that listens there. No connection is made.
    case listening
    /// The server answers what is expected.
    case exchange(Exchange)
  }

  /// What is sent, if anything, and what the answer has to contain, each at most `textMax` bytes.
  public struct Exchange: Sendable, Equatable {
    public var send: String
    /// At least one byte, somewhere in the first `Limits.checkAnswerMax` bytes.
    public var expect: String

    public init(send: String = "", expect: String) {
      (self.send, self.expect) = (send, expect)
    }

    public static let textMax = 1024
  }

  public var check: Check
  /// From one look to the next, a tenth less or more.
  public var every: Duration
  /// For one look; shorter than `every`.
  public var timeout: Duration
  /// So many failures in a row, and the endpoint is down.
  public var fall: Int
  /// So many successes in a row, and it is up.
  public var rise: Int
  /// Nil: the endpoint's.
  public var port: UInt16?

  public static let countMax = 100

  public init(
    check: Check = .connect, every: Duration = .seconds(2), timeout: Duration = .seconds(1), fall: Int = 2,
    rise: Int = 1, port: UInt16? = nil
  ) {
    (self.check, self.every, self.timeout) = (check, every, timeout)
    (self.fall, self.rise, self.port) = (fall, rise, port)
  }
}

/// What becomes of an endpoint's sessions when active checks call it down.
public enum OnDown: String, Sendable, CaseIterable {
  /// They go on as long as they can.
  case keep
  /// They are reset.
  case reset
}
