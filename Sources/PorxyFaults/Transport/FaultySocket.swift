import PorxyCore

/// What the decorator knows of a socket that the proxy has.
struct FaultySocket {
  /// How far a connection has come.
  enum Stage {
    case open
    /// The base transport connects it.
    case connecting
    /// No attempt has begun: at the timer it fails, or begins.
    case waiting(FaultedConnect, Endpoint, SocketOptions)
    case closed
  }

  var generation: UInt32 = 0
  /// The base transport's; `none` before a delayed attempt has begun, and after a reset by a fault.
  var base = SocketID.none
  var stage = Stage.closed
  /// Its place among the sessions; `max`: it is of none, as a check's.
  var session = UInt32.max
  var side = FaultSide.client
  /// Faults act on the bytes that come from it, so they pass through its line.
  var isLined = false

  var line = DelayLine()
  /// Bytes that the stream has brought.
  var position: UInt64 = 0
  /// Readiness came and no pull has been blocked since.
  var mayHaveMore = true
  /// The socket was said to have failed, and was not asked for its error yet.
  var mayHaveFailed = false
  /// Nothing more is taken from it: its end or an error has come, or a fault made one.
  var isOver = false
  /// Its stream has ended, which a fault keeps from the proxy for good.
  var isEndLost = false
  /// It has failed below: a stall is over.
  var isBroken = false
  /// What its peer sends is lost.
  var isDeaf = false
  /// The error that it met, when the proxy gets to know of it, and whether an end stands before it.
  var failure: (failure: Failure, release: Instant, isBehindEnd: Bool)?
  var isFailureTold = false
  /// When the proxy may hear that the peer has ended, whatever stands before the end; nil: it has not.
  var endHint: Instant?
  var isEndTold = false
  /// The proxy has taken the error.
  var hasFailed = false
  /// Said of it before the proxy had it.
  var heldReadiness: Readiness = []
  /// A pull was blocked, so the proxy waits for an event.
  var wantsRead = true
  /// The same of a push that a stall has blocked.
  var wantsWrite = false
  /// When the bandwidth lets the next bytes through.
  var paidUntil = Instant(nanoseconds: 0)
  /// Much comes at once.
  var isBulk = false
  /// Pulls in the turn in which there last was one.
  var turn: UInt64 = 0
  var pulls: UInt8 = 0
  /// The earliest of its timers.
  var armedAt = Instant.never
  /// What is told of it once a fault has closed it below.
  var remains: Remains?

  struct Remains {
    var queue: SendQueue
    var local: Endpoint?
    var statistics: SocketStatistics?
    var acknowledgedAt: Instant
  }
}

/// A session, and the faults that befall it.
struct FaultySession {
  struct Fault {
    /// Its place in the plan that is in effect.
    var place: Int
    /// What its client says first is to decide whether it befalls the session, and has not been said yet.
    var isPending = false
    /// Takes the place of the session's number in draws.
    var key: UInt64?
    var isMet = false
    /// It strikes once, and has.
    var isDone = false
    /// A stall has begun and lasts so long.
    var stallEnd: Instant?
  }

  let number: UInt64
  let listener: String
  let client: Endpoint
  let acceptedAt: Instant
  var faults: [Fault]
  /// Of what its client has said so far, as far as a fault wants to know.
  var spoken = SpokenKey()
  /// Names of those that have acted; some may not be in the plan any more.
  var met: [String] = []
  /// Open sockets of the session.
  var sockets = 0
}

/// Makes a number of what a client says first, whatever the sizes of reads.
struct SpokenKey {
  private(set) var value: UInt64 = 0x6b65_7965_64
  /// Bytes that it is made of.
  private(set) var count: UInt32 = 0

  mutating func add(_ byte: UInt8) {
    value = SplitMix64.mix(value &+ UInt64(byte) &+ 1)
    count += 1
  }
}

/// What the faults make of a stream at one moment.
struct StreamEffects {
  /// Bytes until another fault may begin.
  var untilNext = UInt64.max
  var piece = UInt32.max
  /// The place, among the session's faults, of one that corrupts the next byte.
  var corrupting: Int?
  /// Bytes are thrown away.
  var swallows = false
  var rate: UInt32?
  var stalledUntil = Instant(nanoseconds: 0)
  /// What the side sends is lost until then.
  var deafUntil = Instant(nanoseconds: 0)
  /// The place, among the session's faults, of one that ends the stream or resets its side now.
  var cut: Int?
  /// When time alone changes them.
  var changesAt = Instant.never
}
