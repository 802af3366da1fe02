public import PorxyCore

/// A transport that has the faults of a plan happen, on top of any other.
///
/// It stands below the law: the proxy above is the one that is shipped, and meets faults by the calls by which it meets
/// those of a network. Bytes, ends and errors that a fault delays wait in a line for each stream, and never overtake.
/// A socket that no fault can act on passes straight through.
public struct FaultyTransport<Base: FaultableTransport & ~Copyable>: ~Copyable {
  public var base: Base
  let shared: SharedFaults
  /// In effect as far as this transport has heard.
  var plan: ActivePlan

  /// By the slots of the identifiers that the proxy knows.
  var sockets: [FaultySocket] = []
  private var freeSockets: [UInt32] = []
  /// By the slots of the base transport's sockets: whose they are.
  private var owners: [SocketID] = []
  var sessions: [FaultySession?] = []
  private var freeSessions: [UInt32] = []
  /// The open ones, in the order in which they were bound.
  var listeners: [FaultyListener] = []
  /// Questions that faults answer, or whose answers they hold back.
  var resolutions: [FaultyResolution] = []

  var timers = FaultTimers()
  /// When listeners, and answers to questions, are to be looked at.
  var listenersDueAt = Instant.never
  var resolutionsDueAt = Instant.never
  /// What this turn's timers have to tell.
  var told: [Event] = []
  var toldTaken = 0
  var hasFired = false
  var turn: UInt64 = 0
  /// Bytes that the conduits in all lines have room for.
  var held: UInt64 = 0
  var met: [FaultRecord] = []
  var meters: [FaultMeter] = []

  /// Bytes for which conduits in all lines may have room; a stream whose line is empty gets one all the same.
  static var heldMax: UInt64 { 64 << 20 }
  /// What a kernel spends on an attempt that nothing answers (tcp_syn_retries).
  static var synPatience: Duration { .seconds(127) }
  /// What a bandwidth lets through at once.
  static var paceInterval: Duration { .milliseconds(10) }
  /// Jitter is drawn once for so many bytes of a stream, however they are read.
  static var blockSize: UInt64 { 1448 }
  /// What a kernel waits at least before it sends a segment again (TCP_RTO_MIN), and how often it is lost at the most.
  static var retransmissionTimeout: Duration { .milliseconds(200) }
  static var retransmissionsMax: UInt64 { 6 }

  public init(_ base: consuming Base, _ shared: SharedFaults) {
    self.shared = shared
    plan = shared.begin(at: base.now)
    self.base = base
  }

  /// When something happens that only this transport knows of.
  public var nextDeadline: Instant { min(timers.next, listenersDueAt, resolutionsDueAt) }

  /// Faults that acted on a session for the first time, since the last call.
  public mutating func takeMet(_ body: (FaultRecord) -> Void) {
    guard !met.isEmpty else { return }
    for record in met { body(record) }
    met.removeAll(keepingCapacity: true)
  }

  /// How many sessions each fault has acted on, for each listener.
  public var faultMeters: [FaultMeter] { meters.map { $0 } }

  // MARK: Sockets

  /// Where a socket is in the table; a closed identifier is a programming error.
  func place(of id: SocketID) -> Int {
    let place = Int(id.slot)
    invariant(
      place < sockets.count && sockets[place].generation == id.generation && sockets[place].isUsed,
      "a call names an open socket")
    return place
  }

  func id(of place: Int) -> SocketID { SocketID(slot: UInt32(place), generation: sockets[place].generation) }

  /// The proxy's identifier of a socket of the base transport; nil where it is closed.
  public func owner(of base: SocketID) -> SocketID? {
    guard Int(base.slot) < owners.count else { return nil }
    let id = owners[Int(base.slot)]
    guard id != .none, sockets[Int(id.slot)].generation == id.generation, sockets[Int(id.slot)].base == base else {
      return nil
    }
    return id
  }

  mutating func add(_ base: SocketID, _ stage: FaultySocket.Stage, session: UInt32, _ side: FaultSide) -> SocketID {
    let slot: UInt32
    if let free = freeSockets.popLast() {
      slot = free
    } else {
      slot = UInt32(sockets.count)
      sockets.append(FaultySocket())
    }
    let place = Int(slot)
    var socket = FaultySocket()
    socket.generation = sockets[place].generation
    socket.stage = stage
    socket.session = session
    socket.side = side
    if session != .max {
      sessions[Int(session)]?.sockets += 1
      socket.isLined = isActedOn(session, from: side)
    }
    sockets[place] = socket
    if base != .none { join(place, base) }
    return id(of: place)
  }

  /// Has a socket use one of the base transport.
  mutating func join(_ place: Int, _ base: SocketID) {
    sockets[place].base = base
    while owners.count <= Int(base.slot) { owners.append(.none) }  // bound: the base transport's sockets
    owners[Int(base.slot)] = id(of: place)
  }

  /// A socket of the base transport is nobody's any more.
  mutating func forget(_ base: SocketID) {
    if base != .none { owners[Int(base.slot)] = .none }
  }

  /// Its identifier is used no more.
  mutating func remove(_ place: Int) {
    forget(sockets[place].base)
    let session = sockets[place].session
    var socket = FaultySocket()
    socket.generation = sockets[place].generation &+ 1
    sockets[place] = socket
    freeSockets.append(UInt32(place))
    guard session != .max else { return }
    sessions[Int(session)]?.sockets -= 1
    if sessions[Int(session)]?.sockets == 0 {
      sessions[Int(session)] = nil
      freeSessions.append(session)
    }
  }

  // MARK: Sessions

  /// A client begins a session; its place.
  mutating func begin(_ name: String, from client: Endpoint) -> UInt32 {
    let (number, faults) = enter(name, from: client.address)
    let session = FaultySession(
      number: number, listener: name, client: client, acceptedAt: base.now,
      faults: faults.map { FaultySession.Fault(place: $0, isPending: plan.faults[$0].isKeyed) })
    if let free = freeSessions.popLast() {
      sessions[Int(free)] = session
      return free
    }
    sessions.append(session)
    return UInt32(sessions.count - 1)
  }

  /// Its number, and the places of its faults in the plan in effect, which is this one's behind it.
  private mutating func enter(_ listener: String, from client: IPAddress) -> (number: UInt64, faults: [Int]) {
    while true {  // bound: the changes of the plan that come at the same moment
      if let entry = shared.enter(listener, from: client, at: base.now, by: plan.version) { return entry }
      takeNews()
    }
  }

  func faults(of session: UInt32) -> [FaultySession.Fault] { sessions[Int(session)]?.faults ?? [] }

  /// A fault of a session acts: of each name it is told once.
  mutating func meet(_ fault: Int, of session: UInt32, at position: UInt64) {
    guard var known = sessions[Int(session)], !known.faults[fault].isMet else { return }
    let active = plan.faults[known.faults[fault].place]
    let (name, isTold) = (active.planned.name, known.met.contains(active.planned.name))
    known.faults[fault].isMet = true
    if !isTold { known.met.append(name) }
    sessions[Int(session)] = known
    shared.noteMet(active.serial)
    guard !isTold else { return }
    let subject = FaultRecord.Subject.session(
      known.number, listener: known.listener, client: known.client, position: position)
    tell(FaultRecord(fault: name, what: active.planned.text, on: subject))
  }

  private mutating func tell(_ record: FaultRecord) {
    met.append(record)
    let listener = record.listener ?? ""
    if let place = meters.firstIndex(where: { $0.fault == record.fault && $0.listener == listener }) {
      meters[place].sessions += 1
    } else {
      meters.append(FaultMeter(listener: listener, fault: record.fault, sessions: 1))
    }
  }

  // MARK: Faults of no session

  /// A fault of the plan acts on all clients of a listener.
  mutating func meet(_ fault: Int, at listener: String) { meet(fault, .listener(listener), listener) }

  /// A fault of the plan acts on a question for a name.
  mutating func meet(_ fault: Int, of host: String) { meet(fault, .name(host), host) }

  /// It is told of once, whichever worker it meets first.
  private mutating func meet(_ fault: Int, _ subject: FaultRecord.Subject, _ name: String) {
    let active = plan.faults[fault]
    guard shared.noteMet(active.serial, at: name) else { return }
    tell(FaultRecord(fault: active.planned.name, what: active.planned.text, on: subject))
  }

  /// What a call meets because porxy's machine is short of something; nil: nothing.
  mutating func shortage(_ failure: (FaultedSupply) -> Failure?) -> Failure? {
    for number in plan.shortages {
      let active = plan.faults[number]
      guard case .shortage(let supply) = active.planned.deed, active.isTime(at: base.now),
        let failure = failure(supply)
      else { continue }
      meet(number, .process, "")
      return failure
    }
    return nil
  }

  /// Whether a fault keeps a conduit from being lent.
  mutating func lacks(_ kind: ConduitKind) -> Bool {
    shortage { supply in
      supply == .conduits || supply == .descriptors && kind == .pipe ? .memoryExhausted : nil
    } != nil
  }

  // MARK: Times

  /// Has a socket looked at, at that time or before.
  mutating func arm(_ place: Int, at time: Instant) {
    guard time < sockets[place].armedAt else { return }
    sockets[place].armedAt = time
    timers.add(id(of: place), at: time)
    guard timers.count > 2 * sockets.count + 64 else { return }
    let sockets = sockets
    timers.keep { sockets[Int($0.socket.slot)].hasTimer($0) }
  }

  /// Does what is due, and notes what is to be told of it.
  mutating func fireTimers() {
    var due: [SocketID] = []
    while let entry = timers.popFirst(at: base.now) {  // bound: the timers; what is armed now comes in a later turn
      let place = Int(entry.socket.slot)
      guard sockets[place].hasTimer(entry) else { continue }
      sockets[place].armedAt = .never
      due.append(entry.socket)
    }
    for id in due {
      let place = Int(id.slot)
      guard sockets[place].generation == id.generation else { continue }
      if let event = timerFired(place) { told.append(event) }
    }
  }
}

extension FaultySocket {
  var isUsed: Bool { if case .closed = stage { false } else { true } }

  /// The entry is its timer, and none that it had before.
  func hasTimer(_ entry: FaultTimers.Entry) -> Bool {
    isUsed && generation == entry.socket.generation && armedAt == entry.time
  }
}
