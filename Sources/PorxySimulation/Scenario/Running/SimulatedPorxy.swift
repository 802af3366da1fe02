import PorxyCore

/// The shipped proxy on a host of a simulated network, driven turn by turn as `serve` does, but no further than a point
/// of virtual time, so that a scenario's steps come between its turns.
final class SimulatedPorxy {
  let network: Network
  let host: HostID
  /// Records of sessions, in the order of their ends.
  private(set) var sessions: [SessionRecord] = []
  /// Everything it had to say.
  private(set) var records: [LogRecord] = []
  /// Turns so far.
  private(set) var turns = 0
  /// It took so many turns at one moment that it would never have come to rest.
  private(set) var isSpinning = false

  private let admission: Admission
  private var proxy: Proxy<SimulatedTransport>
  private var transport: SimulatedTransport
  private var turnsAtOnce = 0

  private static let turnsAtOnceMax = 20_000
  /// A flow's budget, for as many events as a turn brings its session at the most.
  private static let pullsInTurnMax = UInt32(4 * Limits.readsPerTurn)

  init(_ configuration: Configuration, on host: HostID, of network: Network) {
    self.network = network
    self.host = host
    transport = SimulatedTransport(on: host, of: network)
    admission = Admission(configuration, sessionsMax: 1 << 20)
    proxy = Proxy(configuration: configuration, admission: admission)
    let failures = proxy.start(on: &transport)
    invariant(failures.isEmpty, "the simulated porxy can listen")
  }

  var isServing: Bool { proxy.isServing }
  var sessionCount: Int { proxy.sessionCount }
  /// Places for sessions that are taken.
  var placeCount: Int { admission.count }
  var nextDeadline: Instant { isServing ? proxy.nextDeadline : .never }

  /// A flow got more than its share of a turn, while others waited (ALONE).
  var isUnfair: Bool { transport.pullsInTurnMax > Self.pullsInTurnMax }

  /// Serves up to a point of virtual time, which is `now` afterwards.
  func serve(until end: Instant) {
    repeat {  // bound: virtual time, and the turns at one moment
      guard proxy.isServing, !isSpinning else { return network.run(until: end) }
      turn(until: end)
    } while network.now < end
  }

  private func turn(until end: Instant) {
    let before = network.now
    transport.wait(until: min(proxy.nextDeadline, end))
    while let event = transport.nextEvent() {  // bound: the turn's batch
      proxy.handle(event, on: &transport)
    }
    proxy.advance(to: transport.now, on: &transport)
    var told: [LogRecord] = []
    proxy.takeRecords { told.append($0) }
    for case .session(let record) in told { sessions.append(record) }
    records += told
    turns += 1
    turnsAtOnce = network.now == before ? turnsAtOnce + 1 : 0
    isSpinning = turnsAtOnce > Self.turnsAtOnceMax
  }
}
