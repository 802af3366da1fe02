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
  /// Faults that cut it; the first to be counted as met.
  var cut: FaultKind?
  /// Everything that would land is kept.
  var isStalled = false
  /// What is kept, each with its place in the order of events.
  var held: [(order: UInt64, segment: Segment)] = []

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
    case .partition, .oneWayPartition: cut = cut ?? fault.kind
    case .stall: isStalled = true
    default: fatalError("\(fault.kind) is not a fault of a way")
    }
  }
}
