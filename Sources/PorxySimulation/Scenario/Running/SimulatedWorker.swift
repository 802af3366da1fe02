import PorxyCore

/// One worker of the simulated porxy: the shipped proxy on a transport of its own.
final class SimulatedWorker {
  let network: Network
  /// Everything it had to say.
  private(set) var records: [LogRecord] = []
  /// It took so many turns at one moment that it would never have come to rest.
  private(set) var isSpinning = false
  /// The first flow that got more than its share of a turn, for a person (ALONE).
  private(set) var unfairness: String?

  private var proxy: Proxy<SimulatedTransport>
  private var transport: SimulatedTransport
  private var turnsAtOnce = 0
  private var turnedAt = Instant.never

  private static let turnsAtOnceMax = 20_000

  init(_ number: Int, of shared: SharedState, on host: HostID, of network: Network) {
    self.network = network
    transport = SimulatedTransport(on: host, of: network)
    proxy = Proxy(shared: shared, worker: number)
    let failures = proxy.start(on: &transport)
    invariant(failures.isEmpty, "the simulated porxy can listen")
  }

  var isServing: Bool { proxy.isServing }
  var sessionCount: Int { proxy.sessionCount }
  /// When its next turn has something to do at the latest, if nothing comes.
  var nextDeadline: Instant { proxy.nextDeadline }
  var standsStill: Bool { network.standsStill(transport.mailbox) }
  /// A wait would return now.
  var isAwake: Bool {
    !standsStill
      && (transport.isStopped || network.hasMail(transport.mailbox) || proxy.nextDeadline <= network.now)
  }

  /// It is stopped in its wait.
  func stop() { transport.stop() }

  /// Stands still until it goes on, or up to a point of time; false in the latter case.
  func sitOut(until end: Instant) -> Bool {
    transport.stop()
    return network.sitOut(transport.mailbox, until: end)
  }

  /// Asks it for something, which it takes up in its next turn.
  func ask(_ request: ControlRequest) { network.post(.control(request), to: transport.mailbox) }

  /// What it has answered to what it was asked for.
  func takeAnswers() -> [WorkerAnswer] {
    var answers: [WorkerAnswer] = []
    proxy.takeAnswers { answers.append($0) }
    return answers
  }

  /// What it has counted.
  func readMeters() -> WorkerMeters { proxy.readMeters(on: &transport) }

  /// What it answers between two turns.
  func reply(to inquiry: Inquiry) -> Reply { proxy.reply(to: inquiry, on: &transport) }

  /// A signal may end its wait before anything has come.
  func interrupt() { network.interrupt(transport.mailbox) }

  /// One turn, which waits no longer than until `end`; what it had to say.
  func turn(until end: Instant) -> [LogRecord] {
    proxy.turn(until: end, on: &transport)
    var told: [LogRecord] = []
    proxy.takeRecords { told.append($0) }
    records += told
    turnsAtOnce = network.now == turnedAt ? turnsAtOnce + 1 : 0
    turnedAt = network.now
    isSpinning = turnsAtOnce > Self.turnsAtOnceMax
    if unfairness == nil, transport.pullsInTurnMax > Limits.readsPerTurn, let busiest = transport.busiest {
      unfairness =
        "porxy read \(transport.pullsInTurnMax) times from \(busiest.remote) to \(busiest.local) in one turn, more "
        + "than the \(Limits.readsPerTurn) that every flow has"
    }
    return told
  }

  /// Pauses of a listener that its log was told of, and those whose ends it was told of.
  func pauses(of listener: String) -> (begun: Int, ended: Int) {
    var (begun, ended) = (0, 0)
    for record in records {
      if case .paused(listener, because: _) = record { begun += 1 }
      if case .resumed(listener) = record { ended += 1 }
    }
    return (begun, ended)
  }
}
