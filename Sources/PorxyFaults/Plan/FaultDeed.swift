public import PorxyCore

/// What a fault does.
public enum FaultDeed: Sendable, Equatable {
  /// Bytes to a side, or to both where it is nil, arrive later: by this, and up to as much more as the jitter.
  case latency(to: FaultSide?, Duration, jitter: Duration)
  /// So many bytes a second get to a side, or to each.
  case bandwidth(to: FaultSide?, UInt32)
  /// The end of the stream to a side, or to both, comes so much later; nil: never.
  case lateEnd(to: FaultSide?, Duration?)
  /// Bytes to a side, or to both, are read and thrown away.
  case blackHole(to: FaultSide?)
  /// Bytes to a side, or to both, come in pieces of at most this size, with a pause between them.
  case slices(to: FaultSide?, UInt32, pause: Duration)
  /// A side neither sends nor reads, for so long, or to the end.
  case stall(FaultSide, Duration?)
  /// What a side sends is lost, for so long, or to the end; unless it is one-way, nothing is sent to it either.
  case partition(FaultSide, Duration?, isOneWay: Bool)
  /// A side is reset, and has reset the connection as the other sees it.
  case reset(by: FaultSide)
  /// A side's stream ends.
  case end(by: FaultSide)
  /// Each segment's worth of bytes to a side, or to both, is lost with this share of a million, and comes with a
  /// retransmission.
  case loss(to: FaultSide?, UInt32)
  /// A bit of the byte behind the position, of those that a side sends, is another one.
  case corrupt(by: FaultSide)
  /// Connecting to the backend goes wrong.
  case backend(FaultedConnect)
  /// A listener treats all its clients in this way.
  case listener(FaultedListener)
  /// Names are answered in this way.
  case resolution(FaultedResolution)
  /// Porxy's machine has none of these.
  case shortage(FaultedSupply)
}

/// What clients of a listener meet.
public enum FaultedListener: Sendable, Equatable {
  /// It does not listen: connecting is refused, and who waits to be accepted is reset.
  case refused
  /// What comes from a client before it has connected is lost, for so long, or to the end.
  case deaf(Duration?)
  /// A client that has connected is accepted so much later.
  case slowAccept(Duration)
  /// Clients connect, and are not accepted.
  case neverAccept
}

/// What comes of a question for a name.
public enum FaultedResolution: Sendable, Equatable {
  /// The answer comes so much later.
  case slow(Duration)
  /// The name service does not answer.
  case failed
  /// Another address is the answer.
  case changed(IPAddress)
}

/// What a machine can be short of.
public enum FaultedSupply: String, Sendable, CaseIterable {
  /// Nobody is accepted, nothing is connected, and no pipe opened (EMFILE).
  case descriptors
  /// Nothing is connected (EADDRNOTAVAIL).
  case ports
  /// Nobody is accepted and nothing connected (ENOMEM).
  case memory
  /// There is nothing that bytes could be read into.
  case conduits

  /// What accepting meets; nil: nothing.
  var acceptFailure: Failure? {
    switch self {
    case .descriptors: .descriptorsExhausted
    case .memory: .memoryExhausted
    case .ports, .conduits: nil
    }
  }

  /// What connecting meets; nil: nothing.
  var connectFailure: Failure? {
    switch self {
    case .descriptors: .descriptorsExhausted
    case .memory: .memoryExhausted
    case .ports: .portsExhausted
    case .conduits: nil
    }
  }
}

/// What a line of a plan is about.
enum FaultScope: String {
  /// Some of the sessions.
  case sessions
  /// All clients of a listener.
  case listener
  /// Questions for names.
  case names
  /// Porxy itself.
  case process = "porxy"
}

/// What comes of an attempt to connect.
public enum FaultedConnect: Sendable, Equatable {
  case refused
  case unreachable
  /// No answer comes.
  case silent
  /// The attempt begins later.
  case slow(Duration)
}

extension FaultDeed {
  /// The first part of its name.
  public var kind: String {
    switch self {
    case .latency: "latency"
    case .bandwidth: "bandwidth"
    case .lateEnd(_, let late): late == nil ? "lost-end" : "slow-end"
    case .blackHole: "black-hole"
    case .slices: "slices"
    case .stall: "stall"
    case .partition(_, _, let isOneWay): isOneWay ? "one-way-partition" : "partition"
    case .reset: "reset"
    case .end: "end"
    case .backend(.refused): "refuse"
    case .backend(.unreachable): "unreachable"
    case .backend(.silent): "silent"
    case .backend(.slow): "slow"
    case .loss: "loss"
    case .corrupt: "corrupt"
    case .listener(.refused): "refuse-clients"
    case .listener(.deaf): "syn-lost"
    case .listener(.slowAccept): "slow-accept"
    case .listener(.neverAccept): "never-accept"
    case .resolution(.slow): "slow-resolution"
    case .resolution(.failed): "failed-resolution"
    case .resolution(.changed): "changed-resolution"
    case .shortage(let supply): "no-\(supply.rawValue)"
    }
  }

  var scope: FaultScope {
    switch self {
    case .listener: .listener
    case .resolution: .names
    case .shortage: .process
    default: .sessions
    }
  }

  /// Whether it acts on the bytes that come from a side, and so on that side's socket.
  func acts(onStreamOf side: FaultSide) -> Bool {
    switch self {
    case .latency(let to, _, _), .bandwidth(let to, _), .slices(let to, _, _), .lateEnd(let to, _), .blackHole(let to),
      .loss(let to, _):
      to == nil || to == side.other
    case .stall(let one, _), .partition(let one, _, _), .reset(by: let one), .end(by: let one), .corrupt(by: let one):
      one == side
    case .backend, .listener, .resolution, .shortage: false
    }
  }
}
