import PorxyCore

/// What a host has to give, and what its sockets begin with.
public struct HostLimits: Sendable, Equatable {
  /// Descriptors of its process: sockets, listeners, and two for each pipe.
  public var descriptorsMax = 1 << 20
  /// Ports for connecting sockets that do not ask for one (`ip_local_port_range`).
  public var ephemeralPorts: ClosedRange<UInt16> = 32_768...60_999
  /// Bytes a socket takes to send before the peer has acknowledged them.
  public var sendCapacity: UInt32 = 65_536
  /// Bytes a socket keeps for its owner to receive.
  public var receiveCapacity: UInt32 = 65_536
  /// Conduits of each kind that a transport on this host can have out at a time.
  public var buffersMax = 1 << 16
  public var blocksMax = 1 << 12
  public var pipesMax = 1 << 12
  /// Bytes that a conduit of each kind holds.
  public var bufferCapacity = UInt32(Limits.bufferSize)
  public var blockCapacity: UInt32 = 256 * 1024
  public var pipeCapacity = UInt32(Limits.pipeSize)
  /// Retransmissions of a SYN (`tcp_syn_retries`).
  public var synRetries = 6
  /// How long a finished socket without an owner waits for its peer's end (`tcp_fin_timeout`).
  public var finTimeout = Duration.seconds(60)
  /// How long a connection's ports stay taken after both ends have finished.
  public var timeWait = Duration.seconds(60)

  public init() {}
}
