public import PorxyCore

/// One of the two ends of a session, as a plan names it.
public enum FaultSide: String, Sendable, CaseIterable {
  case client
  case backend

  var other: FaultSide { self == .client ? .backend : .client }
}

/// One line of a plan: what goes wrong, for which sessions, and when.
public struct PlannedFault: Sendable, Equatable {
  /// What log, records and metrics call it.
  public var name: String
  /// Its part in every draw: the same for the same line, or for the same name that the line gives it, whatever other
  /// lines the plan has.
  public var key: UInt64
  /// What it does, as the line says it, without the sessions and times.
  public var text: String
  /// The whole line, with one blank between words.
  public var line: String
  /// The line gives it its name.
  public var hasOwnName = false
  public var deed: FaultDeed
  public var sessions = FaultSessions()
  public var trigger = FaultTrigger()

  init(text: String, line: String, deed: FaultDeed) {
    name = ""
    key = 0
    self.text = text
    self.line = line
    self.deed = deed
  }
}

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

/// Which sessions a fault befalls: those that all of its parts let through.
public struct FaultSessions: Sendable, Equatable {
  /// The listener's name; nil: any.
  public var listener: String?
  /// Numbers among the sessions of the listener, from 1.
  public var numbers = 1...UInt64.max
  /// Each session whose number is a multiple of it.
  public var every: UInt64 = 1
  /// So many of a million, drawn once for each session.
  public var share: UInt32 = shareOfAll
  /// Where clients connect from; nil: from anywhere.
  public var clients: IPNetwork?
  /// How many sessions at the most, the first that it may befall; nil: all.
  public var most: UInt64?
  /// What the client says first, this many bytes of it, takes the place of the session's number in all draws; nil: the
  /// number it is.
  public var keyLength: UInt32?
  /// Of a fault of names: the name asked for; nil: any.
  public var host: String?

  public static let shareOfAll: UInt32 = 1_000_000
}

/// When a fault acts on a session that it befalls.
public struct FaultTrigger: Sendable, Equatable {
  /// Behind so many bytes of the stream that it acts on.
  public var position: UInt64 = 0
  /// So long after the session began.
  public var after = Duration.zero
  /// So long after porxy began.
  public var from = Duration.zero
  /// No longer, after porxy began; nil: always.
  public var until: Duration?

  /// The line names a position.
  var hasPosition = false
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
