/// What can go wrong in a `Network`; a printed plan calls it by its case's name.
///
/// `a` and `b` are the fault's two hosts, `amount` its number.
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

  /// Whether the fault lies on the way between two hosts rather than on one.
  public var needsTwoHosts: Bool {
    switch self {
    case .latency, .jitter, .bandwidth, .partition, .oneWayPartition, .stall, .loss, .middleboxReset, .synLost: true
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

  /// The kind of this name.
  public init?(word: some StringProtocol) {
    guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = kind
  }
}
