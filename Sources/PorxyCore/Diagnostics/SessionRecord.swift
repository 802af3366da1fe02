/// What the log says of a session at its end (TOLD).
public struct SessionRecord: Sendable, Equatable {
  /// Who began the end.
  public enum Party: String, CaseIterable, Sendable {
    case client
    case backend
    case porxy
  }

  /// How it came about.
  public enum Manner: String, CaseIterable, Sendable {
    /// Both directions ended in order.
    case end
    /// A side reset, or had gone for good.
    case reset
    /// The backend could not be reached (REFUSED).
    case refused
    /// A timeout of the configuration.
    case timeout
    /// A side fell silent (VANISHES).
    case vanished
    /// Porxy stopped.
    case shutdown
    /// An administrator asked for it.
    case admin
    /// Active checks have called its endpoint down (`on_down: reset`).
    case down
    /// A limit or a shortage of this machine.
    case limit
    /// Porxy did not want the client.
    case denied
  }

  /// How far the session had come.
  public enum Phase: String, CaseIterable, Sendable {
    case resolving
    case connecting
    /// Both directions open.
    case streaming
    /// One direction over, the other open.
    case halfClosed = "half-closed"
    /// Both streams over, their last bytes on the way.
    case draining
  }

  /// What the kernel had measured of each connection at the end; nil for one that there was not, or where it does not
  /// tell.
  public struct Measured: Sendable, Equatable {
    public var client: SocketStatistics?
    public var backend: SocketStatistics?

    @usableFromInline
    init(client: SocketStatistics?, backend: SocketStatistics?) {
      self.client = client
      self.backend = backend
    }
  }

  /// Bytes of one direction.
  public struct Tally: Sendable, Equatable {
    /// Bytes pulled from the sender.
    public var taken: UInt64 = 0
    /// Bytes pushed to the receiver, less those its kernel still had when an abortive close destroyed them.
    public var delivered: UInt64 = 0

    /// Bytes taken that never reached the receiver.
    public var undelivered: UInt64 { taken - delivered }

    public init() {}
  }

  public var id: SessionID
  /// The level of its line.
  public var level = LogLevel.info
  /// The listener's name.
  public var listener: String
  /// The backend's name.
  public var backend: String
  /// The name of the endpoint that it was connected to, where the backend has several; nil before that.
  public var endpoint: String?
  /// As a header of the PROXY protocol tells it, if there was one.
  public var client: Endpoint
  /// Who has connected and told of the client; nil: the client itself.
  public var via: Endpoint?
  /// Porxy's address on the client's side.
  public var clientLocal: Endpoint?
  /// Porxy's address on the backend's side; nil before it was connected.
  public var backendLocal: Endpoint?
  public var backendPeer: Endpoint?

  public var endedBy: Party
  public var manner: Manner
  public var phase: Phase
  /// The error behind the manner, if there was one.
  public var failure: Failure?
  /// Why the client was denied.
  public var denial: DenialReason?
  /// What the configuration's `faults` did to it; nil: nothing.
  public var faults: FaultNote?

  /// Attempts to connect to the backend, counted up to 255.
  public var attempts: UInt8 = 0
  /// The generation of the configuration that its settings came with.
  public var generation = 1
  /// What the kernel had measured of its connections; nil where the log is not to tell (`log.tcp_info`).
  public var measured: Measured?

  public var toBackend: Tally
  public var toClient: Tally

  public var acceptedAt: Instant
  /// When the header was whole that the client had to send; nil: it was not, or there was none.
  public var headerAt: Instant?
  public var connectedAt: Instant?
  public var endedAt: Instant
}

extension SessionRecord {
  /// Who has connected to porxy, whatever a header told.
  public var peer: Endpoint { via ?? client }
}

/// Why porxy did not want a client.
public enum DenialReason: String, CaseIterable, Sendable {
  /// It did not begin with the header of the PROXY protocol that it has to send.
  case header
}

extension DenialReason {
  /// Its number among all, without a list of them.
  @usableFromInline
  var place: Int {
    switch self {
    case .header: 0
    }
  }
}
