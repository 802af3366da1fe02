/// The proxy of one worker: accepts clients, connects their backends, relays and ends, on any transport.
///
/// It knows no clock, no thread and no socket: `serve` is the loop that drives it. It never ends on anything that a
/// peer or the network does (ALONE).
public struct Proxy<IO: Transport & ~Copyable>: ~Copyable {
  @usableFromInline
  enum Stage {
    case serving
    /// Accepts no more; sessions get their drain time from here on (STOP).
    case draining(since: Instant)
    case stopped
  }

  @usableFromInline var generation: Generation
  @usableFromInline var log: LogSettings
  /// Up to which level somebody outside reads along, whatever the log takes; nil: nobody does.
  @usableFromInline var readLevel: LogLevel?
  /// Records are made up to this level: for the log, or for who reads along.
  @usableFromInline var recordLevel: LogLevel
  /// Each session leaves a record, whatever the log takes: what is recorded of it is known by that.
  @usableFromInline let keepsRecords: Bool
  @usableFromInline let shared: SharedState
  @usableFromInline let worker: Int
  @usableFromInline let relayMode: RelayMode
  @usableFromInline var plans = Slab<Plan>()
  @usableFromInline var stage = Stage.serving
  @usableFromInline var listeners = Slab<OpenListener>()
  // lookup only: places in `listeners`.
  @usableFromInline var places: [ListenerID: UInt32] = [:]
  /// Places in `listeners` of those at which clients may wait: of thousands, only these cost a turn anything.
  @usableFromInline var attended: [UInt32] = []
  @usableFromInline var backends = Slab<KnownBackend>()
  @usableFromInline var endpoints = Slab<KnownEndpoint>()
  // lookup only: places in `backends` by name, of the latest one where there are several.
  @usableFromInline var backendPlaces: [String: UInt32] = [:]
  @usableFromInline var sessions = Slab<Session>()
  /// Sessions that there have been; each has a number of its own.
  @usableFromInline var sessionsBegun: UInt64 = 0
  // lookup only: since when sessions that an administrator has asked to end have their drain time, by their places.
  @usableFromInline var endingSince: [UInt32: Instant] = [:]
  // lookup only: the PROXY headers of those few sessions that have one, by their places.
  @usableFromInline var headers: [UInt32: SessionHeaders] = [:]
  @usableFromInline var dials = Slab<Dial>()
  /// By slot of the transport's sockets.
  @usableFromInline var owners: [SocketOwner] = []
  /// One timer a session, by its index. Other kinds of owners get a wheel of their own.
  @usableFromInline var sessionTimers = TimerWheel()
  /// Everything that had happened by then was taken, so this is the time that timers are judged by. The clock may be
  /// far ahead where a wait returned late: of a stopped process, a suspended machine, a stolen processor.
  @usableFromInline var caughtUpTo = Instant(nanoseconds: 0)
  /// Full batches in a row, and when the wait for the first of them began.
  @usableFromInline var fullBatches = 0
  @usableFromInline var fullSince = Instant(nanoseconds: 0)
  /// Sessions that go on in the next turn.
  @usableFromInline var queued: [UInt32] = []
  /// The same for bulk, which shares a number of bytes a turn, so that small messages need not wait for all of it.
  @usableFromInline var bulk = BulkQueue()
  /// Bytes that bulk may still move in this turn; each is read and written, and counts twice.
  @usableFromInline var bulkLeft = Limits.bulkPerTurn
  /// Sessions whose turn it is; empty but while they get it.
  @usableFromInline var served: [UInt32] = []
  // lookup only: the connections to porxy's own listeners.
  @usableFromInline var chained: [SocketID: OwnConnections.Connection] = [:]
  /// Addresses of backends with a listener's port.
  @usableFromInline var ownAddresses: [KnownAddress] = []
  /// Endpoints whose name was answered while dials waited for it, in `endpoints`.
  @usableFromInline var answered: [UInt32] = []
  /// Endpoints towards which a dial waits for a local port, in `endpoints`.
  @usableFromInline var shortEndpoints: [UInt32] = []
  /// Sessions that wait for a conduit, and when to look for one again.
  @usableFromInline var starved: [UInt32] = []
  @usableFromInline var starvedUntil = Instant.never
  @usableFromInline var deferredKeepalives = DeferredKeepalives()
  /// Counts turns. One that comes round while a session rests only lets it wait for the next.
  @usableFromInline var turnNumber: UInt8 = 0
  @usableFromInline var records: [LogRecord] = []
  /// What is counted; `readMeters` completes it.
  @usableFromInline var meters = MeterTable()
  /// Answers to requests from outside that were not taken yet.
  @usableFromInline var answers: [WorkerAnswer] = []
  /// Somebody can ask for its counters.
  @usableFromInline var isObserved: Bool
  /// Listeners with `mirror`, each once; empty where there is none.
  @usableFromInline var mirrors: [FollowedMirror] = []
  /// When a backend may be looked at again, or a look is over, as this worker knows it.
  @usableFromInline var mirrorsDueAt = Instant.never
  /// Looks at backends that are under way.
  @usableFromInline var looks = Slab<Look>()
  /// Looks and active checks that have read their share of the turn, and go on in the next.
  @usableFromInline var readingOn: [SocketID] = []
  /// Names of the listeners that an administrator has paused.
  @usableFromInline var heldListeners: [String] = []
  /// Listeners that are closed soon, in `listeners`.
  @usableFromInline var going: [UInt32] = []
  /// Active checks of endpoints; only the first worker has any.
  @usableFromInline var checks = HealthChecks()
  /// Sessions of endpoints that active checks have called down by then have been ended.
  @usableFromInline var downUpTo = Instant(nanoseconds: 0)
  /// Sessions reset at the end of the drain time.
  @usableFromInline var resetByStop = 0

  /// This is the proxy of the worker with that number, from 0.
  public init(shared: SharedState, worker: Int = 0) {
    self.shared = shared
    self.worker = worker
    generation = shared.generation
    log = generation.configuration.log
    recordLevel = log.level
    keepsRecords = generation.configuration.record != .off
    isObserved = generation.configuration.admin != nil
    relayMode = generation.configuration.relay
    setRecordLevel()
  }

  /// Opens all listeners; what could not be opened is returned, and nothing is accepted before this was called.
  ///
  /// If the configuration cannot bear one of the failures, nothing is served.
  public mutating func start(on transport: inout IO) -> [ListenFailure] {
    var failures = bindNew(of: generation, on: &transport)
    guard failures.allSatisfy({ generation.configuration.bears($0, among: failures) }) else { return failures }
    failures += listenNew(on: &transport)
    serveNew(generation, on: &transport)
    return failures
  }

  /// False once it was told to stop and no session is left.
  @inlinable
  public var isServing: Bool {
    if case .stopped = stage { false } else { true }
  }

  /// Sessions open now.
  public var sessionCount: Int { sessions.count }
  /// Plans that a listener or a session goes by; none once the proxy has stopped.
  package var planCount: Int { plans.count }

  /// When the next turn has something to do at the latest.
  @inlinable
  public var nextDeadline: Instant {
    guard queued.isEmpty, bulk.count == 0, answered.isEmpty, readingOn.isEmpty else { return Instant(nanoseconds: 0) }
    var deadline = min(sessionTimers.nextDeadline, starvedUntil, deferredKeepalives.dueAt, portsRetryAt)
    if !checks.isEmpty { deadline = min(deadline, checks.nextDeadline) }
    for index in attended { deadline = min(deadline, listeners[index].pausedUntil ?? Instant(nanoseconds: 0)) }
    deadline = min(deadline, mirrorsDueAt)
    for index in going { if case .going(let end) = listeners[index].stage { deadline = min(deadline, end) } }
    return deadline
  }

  /// One turn of the event loop: waits for something to happen, no longer than until `end`, takes it, and does what
  /// time and the budgets of turns have left to do.
  ///
  /// A timer that is due is judged only once a wait that began after its time has brought all that had happened by then
  /// (IDLE). So it takes a look more, without sleeping.
  @inlinable
  public mutating func turn(until end: Instant = .never, on transport: inout IO) {
    let begun = transport.now
    bulkLeft = Limits.bulkPerTurn
    transport.wait(until: min(nextDeadline, end))
    while let event = transport.nextEvent() {  // bound: the turn's batch
      handle(event, on: &transport)
    }
    catchUp(to: begun, isBatchFull: transport.isBatchFull)
    advance(on: &transport)
  }

  /// Notes that a wait which began then brought all that had happened, or as much as a batch holds.
  @inlinable
  mutating func catchUp(to begun: Instant, isBatchFull: Bool) {
    guard isBatchFull else {
      caughtUpTo = begun
      fullBatches = 0
      return
    }
    if fullBatches == 0 { fullSince = begun }
    fullBatches += 1
    // As many events as there are sockets and listeners: whatever waited behind the first batch has had its turn.
    guard fullBatches * Limits.eventsPerTurn > owners.count + listeners.count else { return }
    caughtUpTo = fullSince
    fullBatches = 0
  }

  /// Takes one event of the transport.
  @inlinable
  mutating func handle(_ event: Event, on transport: inout IO) {
    switch event {
    case .ready(let socket, let readiness): ready(socket, readiness, on: &transport)
    case .acceptable(let listener): acceptable(listener)
    case .connected(let socket): connected(socket, on: &transport)
    case .connectFailed(let socket, let failure): connectFailed(socket, failure, on: &transport)
    case .resolved(let resolution) where !checks.isEmpty && checkResolved(resolution, on: &transport): break
    case .resolved(let resolution): resolved(resolution, on: &transport)
    case .control(.drain): drain(on: &transport)
    case .control(.stop): stop(on: &transport)
    case .control(.reload(let step)): take(step, on: &transport)
    case .control(.ask(let inquiry, let number)): take(inquiry, number: number, on: &transport)
    case .control(.look): look(on: &transport)
    case .refused(let call, let failure): record(.callRefused(call, failure))
    }
  }

  /// Does what the time and the budgets of the turn left to do.
  @inlinable
  mutating func advance(on transport: inout IO) {
    let now = transport.now
    // Whoever has bytes to move that it had no budget for is not judged before.
    if !queued.isEmpty {
      swap(&queued, &served)
      serveQueued(on: &transport)
    }
    serveBulk(on: &transport)
    if !answered.isEmpty { serveAnswered(on: &transport) }
    if now >= starvedUntil {
      starvedUntil = .never
      swap(&starved, &served)
      serveQueued(on: &transport)
    }
    while let session = deferredKeepalives.next(at: now) {  // bound: those that came lately
      secure(session, on: &transport)
    }
    // bound: the timers that are due; none is set for now or earlier
    while let session = sessionTimers.expire(at: caughtUpTo) {
      timerFired(session, at: caughtUpTo, on: &transport)
    }
    if !shortEndpoints.isEmpty { retryPorts(at: now, on: &transport) }
    if !mirrors.isEmpty { followMirrors(at: now, on: &transport) }
    acceptWaiting(at: now, on: &transport)
    if !going.isEmpty { closeGoing(at: now, on: &transport) }
    if !readingOn.isEmpty { readOn(on: &transport) }
    if !checks.isEmpty { advanceChecks(on: &transport) }
    turnNumber &+= 1
    meters.counted.turns &+= 1
  }

  /// Hands over what is to be logged since the last call.
  @inlinable
  public mutating func takeRecords(_ body: (LogRecord) -> Void) {
    guard !records.isEmpty else { return }
    for record in records { body(record) }
    records.removeAll(keepingCapacity: true)
  }

  /// Hands over what was answered to requests from outside since the last call.
  @inlinable
  public mutating func takeAnswers(_ body: (WorkerAnswer) -> Void) {
    guard !answers.isEmpty else { return }
    for answer in answers { body(answer) }
    answers.removeAll()
  }

  @inlinable
  mutating func record(_ record: LogRecord) {
    if record.level <= recordLevel { records.append(record) }
  }

  /// To be called whenever the log's level, or that of who reads along, has changed.
  @inlinable
  mutating func setRecordLevel() {
    recordLevel = max(log.level, readLevel ?? log.level)
    if keepsRecords { recordLevel = .debug }
  }
}

/// The event loop: serves until the proxy has stopped, handing over after each turn what is to be logged and what was
/// answered.
@inlinable
public func serve<IO: Transport & ~Copyable>(
  _ proxy: inout Proxy<IO>, on transport: inout IO, log: (LogRecord) -> Void, answer: (WorkerAnswer) -> Void
) {
  while proxy.isServing {  // unbounded: the event loop
    proxy.turn(on: &transport)
    proxy.takeRecords(log)
    proxy.takeAnswers(answer)
  }
}
