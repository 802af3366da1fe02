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
