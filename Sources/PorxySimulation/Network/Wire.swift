import PorxyCore

/// A way between two hosts as it is now: its link and what the running faults make of it.
struct Wire {
  var link = Link()
  var latency: UInt64 = 50_000
  /// Bytes a second; 0: no bound.
  var bandwidth: UInt64 = 0
  /// Sending of what was sent so far is done then.
  var busyUntil: UInt64 = 0

  var extraLatency: UInt64 = 0
  var jitterMax: UInt64 = 0
  var lowBandwidth: UInt64 = 0
  var lossPermille: UInt64 = 0
  var synLossPermille: UInt64 = 0
  /// There is no source port to these ports of the host at its end; 0: to none of its ports.
  var portsExhausted: [UInt64] = []
  /// Faults that cut it; the first to be counted as met.
  var cut: FaultKind?
  /// Everything that would land is kept.
  var isStalled = false
  /// What is kept, each with its place in the order of events.
  var held: [(order: UInt64, segment: Segment)] = []

  /// No source port is left for connections to this port.
  func lacksPorts(to port: UInt16) -> Bool {
    !portsExhausted.isEmpty && portsExhausted.contains { $0 == 0 || $0 == UInt64(port) }
  }

  mutating func connect(_ link: Link) {
    self.link = link
    latency = link.latency.nanoseconds
    bandwidth = link.bandwidth ?? 0
  }

  /// Forgets the faults, not the link.
  mutating func heal() {
    extraLatency = 0
    jitterMax = 0
    lowBandwidth = 0
    lossPermille = 0
    synLossPermille = 0
    portsExhausted = []
    cut = nil
    isStalled = false
  }

  /// A fault on this way runs; the worst of a kind counts.
  mutating func suffer(_ fault: Fault) {
    switch fault.kind {
    case .latency: extraLatency = max(extraLatency, fault.amount)
    case .jitter: jitterMax = max(jitterMax, fault.amount)
    case .bandwidth: lowBandwidth = lowBandwidth == 0 ? fault.amount : min(lowBandwidth, fault.amount)
    case .loss: lossPermille = max(lossPermille, fault.amount)
    case .synLost: synLossPermille = max(synLossPermille, fault.amount)
    case .portsExhaustedTo: portsExhausted.append(fault.amount)
    case .partition, .oneWayPartition: cut = cut ?? fault.kind
    case .stall: isStalled = true
    default: fatalError("\(fault.kind) is not a fault of a way")
    }
  }
}

/// One way from a host to another.
public struct Link: Sendable, Equatable {
  /// Time a segment takes.
  public var latency: Duration
  /// Bytes a second; nil: as many as there are.
  public var bandwidth: UInt64?
  /// The most bytes that one segment carries.
  public var segmentMax: UInt32
  /// What a router answers in place of delivering; nil: it delivers.
  public var unreachable: SocketError?

  public init(
    latency: Duration = .microseconds(50), bandwidth: UInt64? = nil, segmentMax: UInt32 = 65_536,
    unreachable: SocketError? = nil
  ) {
    self.latency = latency
    self.bandwidth = bandwidth
    self.segmentMax = segmentMax
    self.unreachable = unreachable
  }
}

/// What travels from one socket to another.
///
/// The end of a stream takes a place behind its last byte, as in TCP, so that a count of what was acknowledged can say
/// whether the end was.
struct Segment {
  enum Kind: UInt8 {
    case syn
    case synAck
    /// Bytes, an end, an acknowledgement, or all of them.
    case text
    /// Asks for an acknowledgement and carries nothing (keepalive, zero window).
    case probe
    case reset
  }

  var kind: Kind
  /// The stream ends behind this segment's bytes.
  var carriesEnd = false
  /// The last byte is urgent.
  var isUrgent = false
  /// A reset that a probe has drawn.
  var answersProbe = false
  var fromHost: HostID
  var toHost: HostID
  var source: Socket
  var destination: Socket
  /// Place of the first byte; of a SYN: its place in the network's table of calls.
  var offset: UInt64 = 0
  var count: UInt32 = 0
  /// Everything before this place has arrived at the source.
  var acknowledged: UInt64 = 0
  /// The source has room up to this place.
  var edge: UInt64 = 0
}
