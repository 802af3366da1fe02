import PorxyCore
import PorxyFaults
import PorxyRecording

/// The shipped proxy on a host of a simulated network, with all its workers, driven turn by turn as `serve` does, but
/// no further than a point of virtual time, so that a scenario's steps come between its turns.
final class SimulatedPorxy {
  let network: Network
  let host: HostID
  /// Records of sessions, in the order of their ends.
  private(set) var sessions: [SessionRecord] = []
  /// Everything its workers had to say.
  private(set) var records: [LogRecord] = []
  /// What its configuration has recorded of sessions that have ended.
  private(set) var recordings: [Recording] = []
  /// Its process was killed.
  private(set) var isDead = false

  /// By which it has served, the latest last.
  private var served: [Configuration]
  private let shared: SharedState
  /// The change that is under way, and to what.
  private var reload: (steps: Reload, to: Configuration)?
  /// Reloads that came to an end, and those that were refused of them.
  private(set) var reloads = (ended: 0, refused: 0)
  /// What workers have replied to inquiries that were posted, by their numbers.
  private var replies: [[Reply]] = []
  let workers: [SimulatedWorker]
  /// A fault may befall a session.
  private(set) var hasFaults: Bool
  private let faults: SharedFaults?
  private var rounds: UInt64 = 0

  /// It has as many workers as its configuration says; one where that leaves it to the machine.
  init(_ configuration: Configuration, on host: HostID, of network: Network) {
    served = [configuration]
    self.network = network
    self.host = host
    let count = if case .fixed(let count) = configuration.workers { count } else { 1 }
    let shared = SharedState(configuration, sessionsMax: 1 << 20, workers: count, seed: network.chance.seed.value)
    self.shared = shared
    let faults = configuration.faults.map { SharedFaults($0) }
    self.faults = faults
    hasFaults = faults?.listing.isEmpty == false
    let isRecorded = configuration.record != .off
    workers = (0..<count).map {
      SimulatedWorker($0, of: shared, faults, records: isRecorded, on: host, of: network)
    }
  }

  /// One of its workers serves.
  var isServing: Bool { !isDead && workers.contains(where: \.isServing) }
  var sessionCount: Int { isDead ? 0 : workers.reduce(0) { $0 + $1.sessionCount } }
  /// Plans that are in use, in all workers.
  var planCount: Int { isDead ? 0 : workers.reduce(0) { $0 + $1.planCount } }
  /// Sockets that belong to a session, a dial, a look or a check, as its workers know it.
  var ownedSocketCount: Int { isDead ? 0 : workers.reduce(0) { $0 + $1.ownedSocketCount } }
  /// Sockets that dials have open beyond one each, as they are counted.
  var attemptCount: Int { isDead ? 0 : shared.admission.attemptCount }
  /// Places for sessions that are taken, of the limit on all of them.
  var placeCount: Int { shared.admission.count }
  /// The same for each listener, together.
  var listenersPlaceCount: Int { shared.generation.routes.reduce(0) { $0 + $1.account.placesTaken } }
  /// Places with endpoints of backends that are taken: one for each session, and as long as it tries to connect.
  var endpointsPlaceCount: Int {
    guard !isDead else { return 0 }
    return shared.generation.endpointStates(at: network.now).reduce(0) { $0 + $1.sessions }
  }
  var isSpinning: Bool { workers.contains(where: \.isSpinning) }
  /// The first flow that got more than its share of a turn, for a person (ALONE).
  var unfairness: String? { workers.lazy.compactMap(\.unfairness).first }

  /// When a worker has something to do at the latest.
  var nextDeadline: Instant {
    guard !isDead else { return .never }
    var deadline = Instant.never
    for worker in workers where worker.isServing && !worker.standsStill {
      // A worker alone waits for its mail by itself.
      let isDue = workers.count > 1 && worker.isAwake
      deadline = min(deadline, isDue ? Instant(nanoseconds: 0) : worker.nextDeadline)
    }
    return deadline
  }

  /// Pauses that the log was told of.
  var pausesTold: Int { records.count { if case .paused = $0 { true } else { false } } }

  /// For a person, which listener's pauses, of those that a worker's log was told of, did not all end there; nil if
  /// they did.
  var complaintOfPauses: String? {
    for (number, worker) in workers.enumerated() {
      for listener in configuration.listeners {
        let pauses = worker.pauses(of: listener.name)
        guard pauses.begun != pauses.ended else { continue }
        return "the log was told of \(pauses.begun) pauses of listener \(listener.name), and of the ends of "
          + "\(pauses.ended)" + (workers.count > 1 ? ", by worker \(number)" : "")
      }
    }
    return nil
  }

  /// For a person, which fault was told of twice for one session, listener or name; nil: none was.
  var complaintOfFaults: String? {
    var told: [FaultRecord] = []
    for case .faultMet(let fault) in records {
      let isKnown = told.contains { $0.fault == fault.fault && $0.isAbout(fault.subject) }
      if isKnown { return "fault \(fault.fault) is told of twice: \(fault.subject)" }
      told.append(fault)
    }
    return nil
  }

  /// For a person, which limit on sessions was exceeded, as the records tell it; nil for none.
  var complaintOfLimits: String? {
    let most = sessions.openAtOnceMax
    if let limit = highest(\.limits.sessionsMax), most > limit {
      return "\(most) sessions were open at once, of \(limit)"
    }
    for listener in configuration.listeners {
      let limits = served.compactMap { $0.listeners.first { $0.name == listener.name } }.map(\.sessionsMax)
      guard !limits.contains(nil), let limit = limits.compactMap({ $0 }).max() else { continue }
      let most = sessions.filter { $0.listener == listener.name }.openAtOnceMax
      if most > limit { return "\(most) sessions of listener \(listener.name) were open at once, of \(limit)" }
    }
    return nil
  }

  /// For a person, which of its listeners listens in some workers and has stopped in others, or does neither; nil for
  /// none.
  var complaintOfMirrors: String? {
    let listeners = network.hosts[host.index].listeners.map { network.listeners[Int($0)] }
    if let idle = listeners.first(where: { !$0.isListening && !$0.isStopped }) {
      return "porxy neither listens at \(idle.endpoint) nor has stopped"
    }
    for stopped in listeners where stopped.isStopped {
      guard listeners.contains(where: { $0.isListening && $0.endpoint == stopped.endpoint }) else { continue }
      return "porxy listens at \(stopped.endpoint) in some workers only"
    }
    return nil
  }

  /// What active checks make of the first listener's backend.
  var health: EndpointAccount.Health { shared.generation.routes[0].endpoints[0].health }

  /// Changes of what they make of endpoints, as the log was told.
  var healthChanges: Int {
    records.count {
      switch $0 {
      case .endpointDown, .endpointUp: true
      default: false
      }
    }
  }

  /// For a person, what the log was told of active checks that cannot be; nil if it is sound.
  var complaintOfHealth: String? {
    // Another kind of check begins with an endpoint of which nothing is known.
    guard served.allSatisfy({ $0.backends.map(\.health) == served[0].backends.map(\.health) }) else { return nil }
    // lookup only: whether an endpoint was called down, by backend and name.
    var areDown: [[String]: Bool] = [:]
    for record in records {
      switch record {
      case .endpointDown(let report):
        guard areDown.updateValue(true, forKey: [report.backend, report.endpoint]) != true else {
          return "endpoint \(report.endpoint) is told twice to be down"
        }
      case .endpointUp(let report):
        guard areDown.updateValue(false, forKey: [report.backend, report.endpoint]) == true else {
          return "endpoint \(report.endpoint) is told to be up, and was not down"
        }
      default: break
      }
    }
    return nil
  }

  /// What active checks make of a backend's last endpoint; nil where there is no such backend.
  func health(ofBackend name: String) -> EndpointAccount.Health? {
    shared.generation.routes.first { $0.backend.name == name }?.endpoints.last?.health
  }

  /// Active checks that are under way.
  var checkCount: Int { workers.reduce(0) { $0 + $1.checkCount } }

  /// Whether an active check came from there.
  func isOfCheck(_ endpoint: Endpoint) -> Bool { workers.contains { $0.checkEndpoints.contains(endpoint) } }

  /// Whether a socket is that of an active check.
  func isOfCheck(_ id: SocketID, _ mailbox: MailboxIndex) -> Bool {
    workers.contains { $0.isChecking(id, mailbox) }
  }

  private var configuration: Configuration { served[served.count - 1] }

  /// Listening sockets of all workers together, by the configuration.
  var listeningEndpoints: Int { configuration.listeners.reduce(0) { $0 + $1.endpoints.count } * workers.count }

  /// A limit, where it has been another before the highest one; nil where there was none at some time.
  private func highest(_ limit: (Configuration) -> Int?) -> Int? {
    let limits = served.map(limit)
    return limits.contains(nil) ? nil : limits.compactMap { $0 }.max()
  }

  /// What its workers have counted together.
  var meterTotals: MeterTotals {
    var book = MeterBook(workers: workers.count)
    for (number, worker) in workers.enumerated() { book.note(worker.readMeters(), of: number) }
    return book.totals
  }

  /// The port that a session's backend listens on.
  func backendPort(of record: SessionRecord) -> UInt16? {
    guard let backend = configuration.backends.first(where: { $0.name == record.backend }) else { return nil }
    let endpoint = record.endpoint.flatMap { name in backend.endpoints.first { $0.name == name } }
    return (endpoint ?? backend.endpoints[0]).port ?? record.clientLocal?.port
  }

  /// Serves up to a point of virtual time, which is `now` afterwards.
  func serve(until end: Instant) {
    repeat {  // bound: virtual time, and the turns at one moment
      guard isServing, !isSpinning else { return network.run(until: end) }
      if workers.count > 1 {
        serveAll(until: end)
      } else {
        guard !workers[0].standsStill || workers[0].sitOut(until: end) else { return }
        turn(workers[0], until: end)
      }
    } while network.now < end
  }

  /// A reload has begun and is not over.
  var isReloading: Bool { reload != nil && isServing }

  /// Reads another configuration, as at SIGHUP; one that is under way goes first, and this one is forgotten.
  func reload(to configuration: Configuration) {
    guard reload == nil, !isDead, workers.allSatisfy(\.isServing) else { return }
    shared.prepare(configuration)
    let steps = Reload(to: configuration, workers: workers.count)
    reload = (steps, configuration)
    go(steps.first)
  }

  private func go(_ next: Reload.Next) {
    switch next {
    case .post(let step, to: let those):
      if step == .serve { shared.carryOut(sessionsMax: 1 << 20) }
      for number in those { workers[number].ask(.reload(step)) }
    case .wait: break
    case .done: end(isDone: true)
    case .refused: end(isDone: false)
    }
  }

  private func end(isDone: Bool) {
    if isDone, let reload { served.append(reload.to) }
    shared.finishReload(isDone: isDone)
    reload = nil
    reloads.ended += 1
    if !isDone { reloads.refused += 1 }
  }

  /// Posts an inquiry to all workers, or to one, and says by which number their replies are known.
  func ask(_ inquiry: Inquiry, of worker: Int? = nil) -> Int {
    replies.append([])
    for (number, each) in workers.enumerated() where !isDead && each.isServing && number == worker ?? number {
      each.ask(.ask(inquiry, number: UInt32(replies.count - 1)))
    }
    return replies.count - 1
  }

  /// An administrator has the session reset that a client has from there.
  func reset(from client: Endpoint) {
    for (number, worker) in workers.enumerated() where !isDead && worker.isServing {
      guard case .sessions(let page) = worker.reply(to: .sessions(SessionQuery())),
        let session = page.sessions.first(where: { $0.peer == client })
      else { continue }
      _ = ask(.endSession(session.id, .reset), of: number)
    }
  }

  /// An administrator has an endpoint of the first backend drained, or takes that back.
  func mark(_ endpoint: String, isDrained: Bool) {
    shared.generation.routes[0].endpoints.first { $0.name == endpoint }?.mark(isDrained: isDrained)
  }

  /// An administrator changes the faults in effect; the workers take that up in their next turns.
  func change(_ change: FaultChange) {
    guard let faults else { return }
    let now = network.now
    switch change {
    case .add(let line): _ = try? faults.add(line, at: now)
    case .change(let name, let line): _ = try? faults.change(name, to: line, at: now)
    case .remove(let name): _ = faults.remove(name, at: now)
    case .reset: faults.reset(at: now)
    }
    hasFaults = true
  }

  /// Has other faults in effect; the workers take that up in their next turns.
  func replaceFaults(_ plan: FaultPlan) {
    guard let faults else { return }
    faults.replace(plan, at: network.now)
    hasFaults = true
    _ = ask(.ping)
  }

  /// What has been replied so far to the inquiry of this number.
  func replies(to number: Int) -> [Reply] { replies[number] }

  private func take(_ answers: [WorkerAnswer]) {
    for answer in answers {
      switch answer {
      case .step(let answer): if let next = reload?.steps.note(answer) { go(next) }
      case .reply(let reply, to: let number, worker: _): replies[Int(number)].append(reply)
      case .ring(let ringer):
        for (number, worker) in workers.enumerated() where number != ringer && worker.isServing { worker.ask(.look) }
      }
    }
    // A worker that has ended answers no more.
    if reload != nil, !workers.allSatisfy(\.isServing) { end(isDone: false) }
  }

  /// Its process is killed between two turns.
  func die() {
    isDead = true
    network.kill(host)
  }

  private func turn(_ worker: SimulatedWorker, until end: Instant) {
    let told = worker.turn(until: end)
    take(worker.takeAnswers())
    recordings += worker.takeRecordings()
    for case .session(let record) in told { sessions.append(record) }
    records += told
  }
}

extension [SessionRecord] {
  /// The most sessions that were open at a time, in whatever worker; one that ends may make room for another at the
  /// same moment.
  fileprivate var openAtOnceMax: Int {
    let changes = map { ($0.acceptedAt, 1) } + map { ($0.endedAt, -1) }
    var (open, most) = (0, 0)
    for (_, change) in changes.sorted(by: { $0 < $1 }) {
      open += change
      most = Swift.max(most, open)
    }
    return most
  }
}

// Several workers. Each waits for itself, and time goes by only while all of them wait.
extension SimulatedPorxy {
  /// Lets time go by until a worker has something to do, but no further than to `end`; then each that has takes a turn.
  private func serveAll(until end: Instant) {
    for worker in workers where worker.isServing && !worker.standsStill { worker.interrupt() }
    stopWhoStandsStill()
    // Nobody takes a turn in the loop, so nothing becomes due by itself.
    let deadlines = workers.map { $0.isServing ? $0.nextDeadline : .never }
    while !zip(workers, deadlines).contains(where: { $0.isServing && $0.isAwake(dueAt: $1) }) {  // bound: virtual time
      let due = zip(workers, deadlines).reduce(Instant.never) { $1.0.standsStill ? $0 : min($0, $1.1) }
      let next = min(max(due, network.now), end)
      if let event = network.nextEventTime, event <= next {
        network.step()
        stopWhoStandsStill()
      } else {
        guard next > network.now else { return }
        network.run(until: next)
      }
    }
    for worker in inAnyOrder(workers) where isDue(worker) { turn(worker, until: network.now) }
  }

  /// It finds what was ready when it stopped.
  private func stopWhoStandsStill() {
    for worker in workers where worker.isServing && worker.standsStill { worker.stop() }
  }

  private func isDue(_ worker: SimulatedWorker) -> Bool { worker.isServing && worker.isAwake }

  /// Nobody can rely on which of several threads is first.
  private func inAnyOrder(_ workers: [SimulatedWorker]) -> [SimulatedWorker] {
    rounds += 1
    var order = workers
    for last in order.indices.dropFirst().reversed() {
      let key = UInt64(host.rawValue) << 8 | UInt64(last)
      order.swapAt(last, Int(network.chance.below(UInt64(last) + 1, .workerOrder, key, rounds)))
    }
    return order
  }
}

extension FaultRecord {
  /// It is about this session, listener or name, wherever in the stream.
  fileprivate func isAbout(_ other: Subject) -> Bool {
    switch (subject, other) {
    case (.session(let number, let listener, _, _), .session(let otherNumber, let otherListener, _, _)):
      number == otherNumber && listener == otherListener
    default: subject == other
    }
  }
}
