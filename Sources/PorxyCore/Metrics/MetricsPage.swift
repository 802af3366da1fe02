/// The metrics of the process as text for Prometheus (text format 0.0.4).
///
/// A page is a pure function of what is known; `MetricFamily.all` says what is on it, and in which order.
public enum MetricsPage {
  /// The value of the header `Content-Type`, without which Prometheus 3 refuses the page.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// The page, in UTF-8. What is not known is left out.
  public static func text(_ facts: MetricsFacts) -> [UInt8] {
    var page: [UInt8] = []
    for family in MetricFamily.all {
      var samples = SampleWriter(family)
      family.write(facts, &samples)
      guard !samples.bytes.isEmpty else { continue }
      page.append("# HELP \(family.name) ")
      page.append(escapingHelp: family.help)
      page.append("\n# TYPE \(family.name) \(family.kind.rawValue)\n")
      page += samples.bytes
    }
    return page
  }
}

/// What a page of metrics is made from.
public struct MetricsFacts: Sendable {
  /// What the process has done with configurations.
  public struct Reloads: Sendable, Equatable {
    /// Configurations that there have been, the one that runs among them.
    public var generation = 1
    /// Whether the last reload was carried out; true before the first.
    public var isLastDone = true
    /// When the configuration that runs was loaded, since 1970-01-01T00:00:00Z; nil: unknown.
    public var lastDoneAt: Duration?
    public var done: UInt64 = 0
    public var refused: UInt64 = 0

    public init() {}
  }

  /// What a walk over all sessions has found.
  public struct Census: Sendable, Equatable {
    /// Sessions of a listener with a backend that have come so far.
    public struct Phase: Sendable, Equatable {
      public let listener: String
      public let backend: String
      public let phase: SessionRecord.Phase
      public let count: UInt64

      public init(listener: String, backend: String, phase: SessionRecord.Phase, count: UInt64) {
        (self.listener, self.backend, self.phase, self.count) = (listener, backend, phase, count)
      }
    }

    /// Sessions of a listener in which bytes wait for a side that takes none.
    public struct Stall: Sendable, Equatable {
      public let listener: String
      /// The side that does not read.
      public let waitingFor: SessionRecord.Party
      public let count: UInt64

      public init(listener: String, waitingFor: SessionRecord.Party, count: UInt64) {
        (self.listener, self.waitingFor, self.count) = (listener, waitingFor, count)
      }
    }

    public var phases: [Phase] = []
    public var stalls: [Stall] = []

    public init() {}
  }

  /// As `porxy version` shows them; an empty commit: the build was not told.
  public var version: String
  public var revision: String
  /// nil: nothing is known of the process.
  public var process: ProcessStatus?
  public var reloads = Reloads()
  /// It serves, and does not stop.
  public var isReady = true
  /// It accepts no more and lets its sessions finish.
  public var isDraining = false
  /// The limit on all sessions together.
  public var sessionsMax: Int
  public var meters: MeterTotals
  /// Those of the configuration that runs.
  public var endpoints: [EndpointState] = []
  /// Lines of the log that were lost; nil: unknown.
  public var logLinesDropped: UInt64?
  /// nil: nobody walked.
  public var census: Census?

  public init(version: String, revision: String = "", sessionsMax: Int, meters: MeterTotals) {
    self.version = version
    self.revision = revision
    self.sessionsMax = sessionsMax
    self.meters = meters
  }
}

/// How an endpoint of a backend does.
public struct EndpointState: Sendable, Equatable {
  public let backend: String
  public let name: String
  /// Those that try to connect to it among them.
  public let sessions: Int
  public let isTroubled: Bool
  /// By the configuration or an administrator.
  public let isDrained: Bool
  /// What active checks say.
  public let health: EndpointAccount.Health
  /// Of the last active check, where it is not up; nil: ok, or there was none.
  public let problem: CheckResult?
  /// What a session's attempt came to that made it troubled; nil: none has.
  public let trouble: AttemptResult?

  public init(_ endpoint: BackendEndpoint, _ account: EndpointAccount, at now: Instant) {
    backend = account.backend
    name = account.name
    sessions = account.sessions
    isTroubled = account.isTroubled(at: now)
    isDrained = endpoint.isDrained || account.isMarkedDrained
    health = account.health
    problem = account.problem
    trouble = account.trouble(at: now)
  }
}

/// What the kernel says of the process; nil for what it does not say.
public struct ProcessStatus: Sendable, Equatable {
  /// Since 1970-01-01T00:00:00Z.
  public var startedAt: Duration?
  /// Of all threads, in the kernel too.
  public var processorTime: Duration?
  public var residentBytes: UInt64?
  public var openDescriptors: UInt64?
  public var descriptorsMax: UInt64?

  public init() {}
}

/// Writes the samples of one family.
struct SampleWriter {
  private let family: MetricFamily
  private(set) var bytes: [UInt8] = []

  init(_ family: MetricFamily) { self.family = family }

  /// A sample with the values of the family's labels, in their order.
  mutating func add(_ labels: [String], _ number: UInt64) {
    begin("", labels)
    bytes.append(digits: number)
    bytes.append("\n")
  }

  /// The same in seconds.
  mutating func add(_ labels: [String], _ duration: Duration) {
    begin("", labels)
    bytes.append(seconds: duration)
    bytes.append("\n")
  }

  /// The same for what is true or not.
  mutating func add(_ labels: [String], _ holds: Bool) { add(labels, holds ? 1 : 0) }

  // The only sample of a family without labels.
  mutating func add(_ number: UInt64) { add([], number) }
  mutating func add(_ duration: Duration) { add([], duration) }
  mutating func add(_ holds: Bool) { add([], holds) }

  /// A sample for each bucket, which counts all that are shorter too, the sum and the count.
  mutating func add(_ labels: [String], _ histogram: Histogram, on scale: Histogram.Scale) {
    var count: UInt64 = 0
    for (range, bound) in scale.bounds.enumerated() {
      count &+= histogram[range]
      var text: [UInt8] = []
      text.append(seconds: bound)
      begin("_bucket", labels, upTo: text)
      bytes.append(digits: count)
      bytes.append("\n")
    }
    begin("_bucket", labels, upTo: Array("+Inf".utf8))
    bytes.append(digits: histogram.count)
    bytes.append("\n")
    begin("_sum", labels)
    bytes.append(seconds: histogram.sum)
    bytes.append("\n")
    begin("_count", labels)
    bytes.append(digits: histogram.count)
    bytes.append("\n")
  }

  private mutating func begin(_ suffix: String, _ values: [String], upTo bound: [UInt8]? = nil) {
    invariant(values.count == family.labels.count, "a sample has its family's labels")
    bytes.append(family.name)
    bytes.append(suffix)
    var separator = "{"
    for (label, value) in zip(family.labels, values) {
      bytes.append("\(separator)\(label)=\"")
      bytes.append(escapingLabel: value)
      bytes.append("\"")
      separator = ","
    }
    if let bound {
      bytes.append("\(separator)le=\"")
      bytes += bound
      bytes.append("\"")
      separator = ","
    }
    bytes.append(separator == "{" ? " " : "} ")
  }
}

extension [UInt8] {
  /// Appends a label's value: backslashes, quotes and line ends are escaped.
  package mutating func append(escapingLabel text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      default: append(byte)
      }
    }
  }

  /// Appends a help text: backslashes and line ends are escaped.
  fileprivate mutating func append(escapingHelp text: String) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\n"): append("\\n")
      default: append(byte)
      }
    }
  }

  /// Appends seconds with as many places as they need, up to nine.
  fileprivate mutating func append(seconds duration: Duration) {
    let nanoseconds = UInt64(clamping: duration.components.attoseconds / 1_000_000_000)
    append(digits: UInt64(clamping: duration.components.seconds))
    guard nanoseconds > 0 else { return }
    append(".")
    append(digits: nanoseconds, width: 9)
    while last == UInt8(ascii: "0") { removeLast() }  // bound: nine places
  }
}
