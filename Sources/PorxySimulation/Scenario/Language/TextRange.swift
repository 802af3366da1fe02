import PorxyCore

/// What numbers and times in the text of a scenario or a run may be: what a socket, a host and a clock can have, and so
/// little that the lines of a text together overflow nothing.
enum TextRange {
  /// Lines of a text, and items of a list.
  static let linesMax = 1000
  static let itemsMax = 250
  /// Steps of a scenario; written a line each, they leave some lines to the settings.
  static let stepsMax = linesMax - 50

  static let bytes: ClosedRange<UInt64> = 0...1 << 30
  /// In a run, a peer may send and receive them one by one.
  static let bytesOfRun: ClosedRange<UInt64> = 0...4 << 20
  /// Of all actions of a peer together.
  static let bytesInAll: ClosedRange<UInt64> = 0...bytesOfRun.upperBound * UInt64(itemsMax)
  static let buffer: ClosedRange<UInt64> = 1...16 << 20
  /// Bytes of one call.
  static let chunk: ClosedRange<UInt64> = 1...1 << 20
  /// Bytes a second: with fewer, what full buffers hold would be under way for years.
  static let rate: ClosedRange<UInt64> = 100...1 << 40
  static let permille: ClosedRange<UInt64> = 0...1000
  /// Numbers of porxy's calls.
  static let calls: ClosedRange<UInt64> = 1...1 << 32

  /// On real sockets they lie behind one another above port 34,000.
  static let ports: ClosedRange<UInt64> = 1...5000
  static let descriptors: ClosedRange<UInt64> = 1...1 << 20
  static let conduits: ClosedRange<UInt64> = 0...1 << 20
  static let workers: ClosedRange<UInt64> = 1...3
  static let sessions: ClosedRange<UInt64> = 1...1_000_000
  /// Sessions or connections that are there.
  static let found: ClosedRange<UInt64> = 0...1_000_000
  static let weight: ClosedRange<UInt64> = 1...UInt64(BackendEndpoint.weightMax)
  static let backlog: ClosedRange<UInt64> = 0...UInt64(Limits.backlogMax)
  /// TCP_SYNCNT; the last of 15 retries comes after a day and a half.
  static let synRetries: ClosedRange<UInt64> = 1...15
  /// TCP_KEEPCNT.
  static let probes: ClosedRange<UInt64> = 1...127

  /// Each client of a scenario and each peer of a run can have a host, and a net has 254 of them.
  static let clients = 1...250
  static let connections = 1...10_000
  /// Places of listeners, servers and names in a run.
  static let places = 0...linesMax

  /// A thousand lines of this end 120 years before the clock does.
  static let time: ClosedRange<Duration> = .zero ... .seconds(4000 * 3600)
  /// One way of a segment.
  static let latency: ClosedRange<Duration> = .microseconds(1) ... .seconds(60)
  /// What a fault adds to a segment's way, to a lookup or to readiness.
  static let delay: ClosedRange<Duration> = .zero ... .seconds(3600)
  /// `timeouts` and `resolve.keep`: further than the configuration allows, and than the timer wheel reaches at once.
  static let timeout: ClosedRange<Duration> = .milliseconds(1) ... .seconds(30_000 * 3600)
  static let drainTimeout: ClosedRange<Duration> = .zero ... .seconds(8760 * 3600)
  /// `health`.
  static let checkInterval: ClosedRange<Duration> = .milliseconds(100) ... .seconds(3600)
  static let checkTimeout: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)
  static let checks: ClosedRange<UInt64> = 1...UInt64(HealthSettings.countMax)
  /// TCP_USER_TIMEOUT: an `int` of milliseconds.
  static let userTimeout: ClosedRange<Duration> = .milliseconds(1) ... .seconds(500 * 3600)
  /// TCP_KEEPIDLE and TCP_KEEPINTVL.
  static let keepalive: ClosedRange<Duration> = .seconds(1) ... .seconds(32_767)
  /// TCP_LINGER2.
  static let finTimeout: ClosedRange<Duration> = .seconds(1) ... .seconds(120)
}

extension FaultKind {
  /// What its number may be; where it has no meaning, anything small.
  public var amounts: ClosedRange<UInt64> {
    switch self {
    case .latency, .jitter, .slowResolution, .nameIsSlow, .mergedReadiness, .delayedReadiness:
      TextRange.delay.lowerBound.nanoseconds...TextRange.delay.upperBound.nanoseconds
    case .bandwidth: TextRange.rate
    case .conduitsExhausted: 0...7
    case .failingResolution, .nameFails: 0...1
    case .standstill: 0...TextRange.workers.upperBound
    case .portsExhaustedTo: 0...UInt64(UInt16.max)
    default: TextRange.permille
    }
  }
}
