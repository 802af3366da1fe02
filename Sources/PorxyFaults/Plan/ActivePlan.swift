import PorxyCore

/// The faults in effect at one time, as every worker has them.
///
/// Every draw is a function of the seed, the fault, the listener, the session's number and the place in its stream.
/// What came before, how bytes were read, and which other faults there are changes nothing.
struct ActivePlan {
  var seed: UInt64
  /// A later plan has a higher one.
  var version: UInt64
  /// In the order of the lines.
  var faults: [ActiveFault] = [] {
    didSet { shortages = faults.indices.filter { faults[$0].planned.deed.scope == .process } }
  }
  /// The places of those that porxy's own calls meet.
  private(set) var shortages: [Int] = []

  /// The first worker begins: the times of what was there before count from now.
  mutating func begin(at now: Instant) {
    for place in faults.indices { faults[place].since = now }
  }

  /// Whether a fault befalls a session, but for the limit on how many it befalls.
  func befalls(_ fault: PlannedFault, _ number: UInt64, of listener: String, from client: IPAddress) -> Bool {
    let sessions = fault.sessions
    guard sessions.listener ?? listener == listener, sessions.numbers.contains(number),
      number.isMultiple(of: sessions.every), sessions.clients?.contains(client) ?? true
    else { return false }
    // What its client says first decides.
    guard sessions.keyLength == nil else { return true }
    return isDrawn(fault, listener, number)
  }

  /// Whether a session is among the share that a fault befalls, by its number or its key.
  func isDrawn(_ fault: PlannedFault, _ listener: String, _ number: UInt64) -> Bool {
    guard fault.sessions.share < FaultSessions.shareOfAll else { return true }
    return Self.isIn(fault.sessions.share, draw(fault, .share, listener, number, at: 0))
  }

  /// Whether a draw is among so many of a million.
  static func isIn(_ share: UInt32, _ draw: UInt64) -> Bool {
    draw.multipliedFullWidth(by: UInt64(FaultSessions.shareOfAll)).high < UInt64(share)
  }

  /// What a draw is for.
  enum Purpose: UInt64 {
    case share = 1
    case jitterToClient
    case jitterToBackend
    case lossToClient
    case lossToBackend
  }

  /// 64 even bits.
  func draw(
    _ fault: PlannedFault, _ purpose: Purpose, _ listener: String, _ number: UInt64, at place: UInt64
  ) -> UInt64 {
    let name = listener.utf8.reduce(seed ^ fault.key) { SplitMix64.mix($0 &+ UInt64($1) &+ 1) }
    return SplitMix64.mix(SplitMix64.mix(SplitMix64.mix(name &+ purpose.rawValue) &+ number) &+ place)
  }
}

/// A fault in effect.
struct ActiveFault {
  let planned: PlannedFault
  /// Tells it from every other that there was, also from one of its name.
  let serial: UInt64
  /// Since when: `from` and `until` count from here.
  var since: Instant

  /// What the client says first decides which sessions it befalls.
  var isKeyed: Bool { planned.sessions.keyLength != nil }

  /// Whether its `from` has come, and its `until` has not.
  func isTime(at now: Instant) -> Bool { now >= since + planned.trigger.from && now < end }

  /// When its `until` comes.
  var end: Instant { planned.trigger.until.map { since + $0 } ?? .never }

  /// When it begins to act on a session that was accepted then, by time alone.
  func beginning(since acceptedAt: Instant) -> Instant {
    max(acceptedAt + planned.trigger.after, since + planned.trigger.from)
  }

  /// Whether it acts now on a session that was accepted then, by time alone.
  func isTime(at now: Instant, of acceptedAt: Instant) -> Bool { now >= beginning(since: acceptedAt) && now < end }
}
