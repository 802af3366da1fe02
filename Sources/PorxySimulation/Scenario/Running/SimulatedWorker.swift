import PorxyCore
import PorxyFaults
import PorxyRecording

/// One worker of the simulated porxy: the shipped proxy on a transport of its own.
final class SimulatedWorker {
  let network: Network
  /// Everything it had to say.
  private(set) var records: [LogRecord] = []
  /// It took so many turns at one moment that it would never have come to rest.
  private(set) var isSpinning = false
  /// The first flow that got more than its share of a turn, for a person (ALONE).
  private(set) var unfairness: String?

  private let engine: WorkerEngine
  private let mailbox: MailboxIndex
  /// Where active checks came from.
  // lookup only: by address.
  private(set) var checkEndpoints: Set<Endpoint> = []
  private var turnsAtOnce = 0
  private var turnedAt = Instant.never

  private static let turnsAtOnceMax = 20_000

  init(
    _ number: Int, of shared: SharedState, _ faults: SharedFaults?, records isRecorded: Bool, on host: HostID,
    of network: Network
  ) {
    self.network = network
    let transport = SimulatedTransport(on: host, of: network)
    mailbox = transport.mailbox
    if isRecorded {
      let faulty = FaultyTransport(transport, faults ?? SharedFaults(FaultSettings()))
      engine = WorkerEngine(Engine(number, of: shared, on: RecordingTransport(faulty)))
    } else if let faults {
      engine = WorkerEngine(Engine(number, of: shared, on: FaultyTransport(transport, faults)))
    } else {
      engine = WorkerEngine(Engine(number, of: shared, on: transport))
    }
  }

  var isServing: Bool { engine.isServing() }
  var sessionCount: Int { engine.sessionCount() }
  var planCount: Int { engine.planCount() }
  var ownedSocketCount: Int { engine.ownedSocketCount() }
  /// When its next turn has something to do at the latest, if nothing comes.
  var nextDeadline: Instant { engine.nextDeadline() }
  var standsStill: Bool { network.standsStill(mailbox) }
  /// A wait would return now.
  var isAwake: Bool { isAwake(dueAt: engine.nextDeadline()) }

  /// The same, for whoever knows when its next turn has something to do.
  func isAwake(dueAt deadline: Instant) -> Bool {
    !standsStill && (deadline <= network.now || network.hasMail(mailbox) || engine.isStopped())
  }

  /// It is stopped in its wait.
  func stop() { engine.stop() }

  /// Stands still until it goes on, or up to a point of time; false in the latter case.
  func sitOut(until end: Instant) -> Bool {
    engine.stop()
    return network.sitOut(mailbox, until: end)
  }

  /// Whether a socket is that of an active check.
  func isChecking(_ id: SocketID, _ mailbox: MailboxIndex) -> Bool {
    mailbox == self.mailbox && engine.isChecking(id)
  }

  /// Active checks that are under way.
  var checkCount: Int { engine.checkCount() }

  /// Asks it for something, which it takes up in its next turn.
  func ask(_ request: ControlRequest) { network.post(.control(request), to: mailbox) }

  /// What it has answered to what it was asked for.
  func takeAnswers() -> [WorkerAnswer] { engine.takeAnswers() }

  /// What it has counted.
  func readMeters() -> WorkerMeters { engine.readMeters() }

  /// What it answers between two turns.
  func reply(to inquiry: Inquiry) -> Reply { engine.reply(inquiry) }

  /// Recordings of the sessions that have ended since the last call; none where nothing is recorded.
  func takeRecordings() -> [Recording] { engine.takeRecordings() }

  /// A signal may end its wait before anything has come.
  func interrupt() { network.interrupt(mailbox) }

  /// One turn, which waits no longer than until `end`; what it had to say.
  func turn(until end: Instant) -> [LogRecord] {
    let told = engine.turn(end)
    if engine.checkCount() > 0 { checkEndpoints.formUnion(engine.checkEndpoints()) }
    records += told
    turnsAtOnce = network.now == turnedAt ? turnsAtOnce + 1 : 0
    turnedAt = network.now
    isSpinning = turnsAtOnce > Self.turnsAtOnceMax
    if unfairness == nil, let busiest = engine.busiest(Limits.readsPerTurn) {
      unfairness =
        "porxy read \(busiest.pulls) times from \(busiest.remote) to \(busiest.local) in one turn, more "
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
