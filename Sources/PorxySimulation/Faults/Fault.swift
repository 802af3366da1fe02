/// One thing that goes wrong for a while.
public struct Fault: Sendable, Equatable {
  public var kind: FaultKind
  /// Since the network began.
  public var from: Duration
  /// Since the network began; of faults that strike once, without meaning.
  public var until: Duration
  /// The host it befalls, or where the way begins.
  public var host: String
  /// Where the way ends, or the name that it concerns; empty for faults of one host.
  public var other: String
  /// What it means depends on the kind.
  public var amount: UInt64
  /// It begins before porxy makes its call of this number instead of at `from`, and lasts as long as ever. All calls
  /// of all workers that a peer, a name or a shortage can make end otherwise are counted, from 1.
  public var call: UInt64?

  public init(
    _ kind: FaultKind, on host: String, _ other: String = "", amount: UInt64 = 0, from: Duration = .zero,
    until: Duration = .seconds(1 << 30), call: UInt64? = nil
  ) {
    self.kind = kind
    self.from = from
    self.until = until
    self.host = host
    self.other = other
    self.amount = amount
    self.call = call
  }
}

/// What can go wrong in a `Network`; the text of a run calls it by its case's name, in words.
///
/// `a` and `b` are the fault's two hosts, `n` the name that it concerns, `amount` its number.
public enum FaultKind: UInt8, Sendable, CaseIterable {
  /// Segments between a and b take `amount` nanoseconds longer.
  case latency
  /// Segments between a and b take up to `amount` nanoseconds longer, each its own time, never overtaking in a
  /// connection.
  case jitter
  /// Between a and b, `amount` bytes a second.
  case bandwidth
  /// Nothing comes through between a and b.
  case partition
  /// Nothing comes through from a to b.
  case oneWayPartition
  /// Nothing comes through between a and b, but it is kept and comes at the end.
  case stall
  /// `amount` of a thousand segments between a and b are lost and come after a retransmission, and all behind them.
  case loss
  /// The process on a is killed; its kernel ends or resets its connections.
  case kill
  /// a goes dark without a word and stays so.
  case powerLoss
  /// a goes dark, and at the end is back and knows nothing of what was.
  case restart
  /// The processes of a do nothing; its kernel goes on.
  case hang
  /// Something on the way resets `amount` of a thousand connections between a and b, to both ends.
  case middleboxReset
  /// Whoever connects to a is refused.
  case refused
  /// A SYN from a to b is lost in `amount` of a thousand cases.
  case synLost
  /// The accept queues of a count as full.
  case acceptQueueFull
  /// accept on a answers EMFILE.
  case descriptorsOnAccept
  /// socket on a answers EMFILE.
  case descriptorsOnConnect
  /// accept and connect on a answer ENOBUFS or ENOMEM in `amount` of a thousand cases.
  case memory
  /// connect on a answers EADDRNOTAVAIL.
  case portsExhausted
  /// a lends no conduits of the kinds in `amount` (bits 0 to 2: buffer, block, pipe).
  case conduitsExhausted
  /// The resolver of a takes `amount` nanoseconds longer.
  case slowResolution
  /// The resolver of a fails: `amount` 0 unavailable, 1 unknown name.
  case failingResolution
  /// The resolver of a gives a name's other addresses.
  case changingResolution
  /// `amount` of a thousand waits on a are answered with readiness that means nothing, too.
  case spuriousReadiness
  /// The readiness of a is held together for `amount` nanoseconds and comes at once, in any order.
  case mergedReadiness
  /// Readiness of a comes up to `amount` nanoseconds late.
  case delayedReadiness
  /// In `amount` of a thousand closes on a, readiness of the closed socket comes later.
  case staleReadiness
  /// accept on a answers ECONNABORTED or EPROTO in `amount` of a thousand cases (R14).
  case abortedAccept
  /// `amount` of a thousand waits on a end without cause, as a signal ends them.
  case interrupted
  /// `amount` of a thousand moves on a move less than they could.
  case shortMoves
  /// porxy on a takes no turn, as a process that is stopped or has no processor; its kernel and the network go on. Then
  /// it finds what was ready when it stopped, and a clock that has gone on. `amount` 0 means all of its workers, 1 the
  /// first alone, and so on.
  case standstill
  /// connect on a answers EADDRNOTAVAIL where it would lead to port `amount` of b, or to any of b where that is 0: all
  /// source ports to that destination are used up, and to no other.
  case portsExhaustedTo
  /// a has no IPv6 address, not even ::1: connect to any of that family answers EADDRNOTAVAIL.
  case noV6
  /// The resolver of a answers nothing before the end.
  case hangingResolution
  /// The resolver of a answers nothing about n before the end.
  case nameHangs
  /// The resolver of a takes `amount` nanoseconds longer for n.
  case nameIsSlow
  /// The resolver of a fails for n: `amount` 0 unavailable, 1 unknown name.
  case nameFails
  /// The resolver of a gives the other addresses of n.
  case nameChanges

  /// Whether the fault lies on the way between two hosts rather than on one.
  public var needsTwoHosts: Bool {
    switch self {
    case .latency, .jitter, .bandwidth, .partition, .oneWayPartition, .stall, .loss, .middleboxReset, .synLost,
      .portsExhaustedTo:
      true
    default: false
    }
  }

  /// Whether it concerns one name, which stands in place of a second host.
  public var needsName: Bool {
    switch self {
    case .nameHangs, .nameIsSlow, .nameFails, .nameChanges: true
    default: false
    }
  }

  /// Whether it strikes once, at its beginning.
  public var isInstant: Bool {
    switch self {
    case .kill, .powerLoss, .middleboxReset: true
    default: false
    }
  }

  /// The case's name.
  public var word: String { String(describing: self) }
}

/// How often each kind of fault was met: it changed what happened, not merely was switched on.
public struct FaultCounters: Sendable, Equatable {
  private var counts = [UInt64](repeating: 0, count: FaultKind.allCases.count)

  public init() {}

  /// How often this kind was met.
  public subscript(kind: FaultKind) -> UInt64 {
    counts[Int(kind.rawValue)]
  }

  /// Kinds that were never met.
  public var missing: [FaultKind] {
    FaultKind.allCases.filter { self[$0] == 0 }
  }

  /// Adds the counts of another run.
  public mutating func add(_ other: FaultCounters) {
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  mutating func meet(_ kind: FaultKind) {
    counts[Int(kind.rawValue)] += 1
  }
}
