/// What a kernel has measured of a TCP connection, in its own estimates (tcp(7), TCP_INFO).
///
/// Of a connection that is over, what was measured last, as far as the kernel still knows it.
public struct SocketStatistics: Sendable, Equatable {
  /// From a segment to its acknowledgement, smoothed; zero before it was measured (`tcpi_rtt`).
  public var roundTrip: Duration
  /// How much that varies (`tcpi_rttvar`).
  public var roundTripVariation: Duration
  /// Segments that were sent again, since the beginning (`tcpi_total_retrans`).
  public var retransmits: UInt32
  /// Segments under way that the kernel takes for lost now (`tcpi_lost`).
  public var lost: UInt32
  /// Bytes a second that arrived at the peer lately; zero before that was measured (`tcpi_delivery_rate`).
  public var deliveryRate: UInt64
  /// Segments sent and not acknowledged yet (`tcpi_unacked`).
  public var unacknowledged: UInt32
  /// Bytes that wait in the kernel and were not sent yet (`tcpi_notsent_bytes`).
  public var unsent: UInt32

  public init(
    roundTrip: Duration, roundTripVariation: Duration, retransmits: UInt32, lost: UInt32, deliveryRate: UInt64,
    unacknowledged: UInt32, unsent: UInt32
  ) {
    self.roundTrip = roundTrip
    self.roundTripVariation = roundTripVariation
    self.retransmits = retransmits
    self.lost = lost
    self.deliveryRate = deliveryRate
    self.unacknowledged = unacknowledged
    self.unsent = unsent
  }
}
