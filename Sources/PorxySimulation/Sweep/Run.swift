public import PorxyCore
import PorxyFaults
public import PorxyRecording

/// One random run: everything about it follows from its seed.
///
/// Peers and faults do what was drawn for a while; then all faults heal, the peers finish what they can, whoever is
/// left gives up, and porxy is told to stop.
public final class Run {
  let setup: RunSetup
  let arm: Arm
  let world: RunWorld
  /// By client.
  let routes: [Route]
  /// By client: the faults change when it sees what it sees, and nothing else.
  let neutrality: [Bool]
  var verdicts = Verdicts()
  var outcome: RunOutcome
  private var steps = 0
  private var wasUnfair = false
  /// Reloads that have begun.
  private var reloads = 0
  /// Orders that porxy has been given.
  private var orders = 0
  /// Changes of porxy's own faults that have been made.
  private var faultChanges = 0
  /// Records that `judgeStop` has looked at.
  var sessionsSeen = 0
  /// Porxy served on after it should have stopped.
  var wasTardy = false
  private let faultTimes: [Duration]
  /// No session was open when porxy was told to stop.
  private(set) var isEmptyAtStop = false
  /// It makes ever more sessions: nobody waits for its end.
  var isRunaway = false

  /// What the peers get, after all faults have healed, before they give up.
  static let patience = Duration.seconds(150)
  /// Longer than a segment is under way, with all that a fault added to it.
  private static let settling = Duration.seconds(8)
  /// All must have ended this long after everybody gave up: longer than keepalive needs for a host that forgot.
  static let closingMax = Duration.seconds(3600)
  private static let stepsMax = 3_000_000
  private static let stepsPerCheck = 64

  init(_ setup: RunSetup, _ arm: Arm, _ stretch: RunWorld.Stretch = RunWorld.Stretch()) {
    self.setup = setup
    self.arm = arm
    outcome = RunOutcome(setup.seed)
    faultTimes = setup.faultChanges
    world = RunWorld(setup, arm, stretch)
    let routes = setup.clients.indices.map { setup.route(ofClient: $0) }
    self.routes = routes
    neutrality = setup.clients.indices.map { setup.isNeutral(routes[$0], client: $0) }
  }

  /// Performs the run of a seed, and, where it tells something, the same peers without porxy beside it.
  ///
  /// `entriesMax` is how many entries of the trace to keep, `record` which sessions porxy keeps recordings of.
  public static func perform(
    _ seed: Seed, entriesMax: Int = 0, faults: FaultSettings? = nil, record: RecordMode = .off
  ) -> RunOutcome {
    perform(RunSetup(drawing: seed), entriesMax: entriesMax, faults: faults, record: record)
  }

  static func perform(
    _ setup: RunSetup, entriesMax: Int = 0, faults: FaultSettings? = nil, record: RecordMode = .off
  ) -> RunOutcome {
    let run = Run(setup, .proxied, RunWorld.Stretch(tracesMax: entriesMax, faults: faults, record: record))
    return run.performAndJudge()
  }

  func performAndJudge() -> RunOutcome {
    perform()
    DirectComparison(self).compare()
    return conclude()
  }

  var network: Network { world.network }
  var randomPeers: RandomPeers { world.randomPeers }

  func perform() {
    let healing = Network.beginning + setup.length
    advance(until: healing)
    if world.porxy != nil { judgeSilence() }
    network.heal()
    if !faultTimes.isEmpty { world.porxy?.replaceFaults(.empty) }
    // What is under way arrives, so that nobody is in a backlog or before it when the run is called over.
    advance(until: healing + Self.settling)
    advance(until: healing + Self.patience, endsEarly: true)
    if let health = setup.health, let porxy = world.porxy {
      // As many looks as an endpoint needs to be what it is.
      advance(until: max(network.now, healing + Self.settling + health.every * 4))
      judgeHealth(of: porxy)
    }
    let end = network.elapsed
    randomPeers.giveUp(on: network)
    guard let porxy = world.porxy else { return }
    // Whose server is known only from porxy's records is judged when they all are there, as things are now.
    let players = randomPeers.players
    let early = setup.clients.indices.filter { isPaired($0, players) }
    judge(early, players, at: end)
    let late = setup.clients.indices.filter { !early.contains($0) }
    close(porxy)
    judge(late, players, at: end)
    judgePromises(players, of: porxy, at: end)
    judgeRecords(of: porxy)
    judgeExpectedRecords(upTo: end)
    judgeMeters(of: porxy)
    judgeTimeouts(of: porxy)
    judgePauses(of: porxy)
    judgeLimits(of: porxy)
    judgeMirrors(players)
  }

  private func conclude() -> RunOutcome {
    outcome.findings = verdicts.findings
    outcome.rulesMet = verdicts.counters
    outcome.faultsMet = network.faultsMet
    outcome.sessions = randomPeers.players.clients.count { $0.seen.isConnected }
    outcome.faultKinds = FaultKind.allCases.count { kind in setup.plan.faults.contains { $0.kind == kind } }
    outcome.elapsed = network.elapsed
    outcome.hash = network.trace.hash
    outcome.trace = network.trace
    outcome.middle = world.porxyHost
    outcome.recordings = world.porxy?.recordings ?? []
    outcome.configuration = setup.configuration
    if !outcome.findings.isEmpty { outcome.peers = peerLines }
    return outcome
  }

  private var peerLines: [String] {
    let players = randomPeers.players
    let seen =
      players.clients.enumerated().map { "client \($0): \($1.seen.summary)" }
      + players.connections.enumerated().map { place, peer in
        "server \(players.serverOf[place]), connection \(place)"
          + (client(ofConnection: place).map { " of client \($0)" } ?? "") + ": \(peer.seen.summary)"
      }
    let told = (world.porxy?.sessions ?? []).map { record in
      "record of \(record.client) at listener \(record.listener): \(record.manner) by \(record.endedBy), "
        + "\(record.phase), taken \(record.toBackend.taken) and \(record.toClient.taken), "
        + "delivered \(record.toBackend.delivered) and \(record.toClient.delivered)"
    }
    return seen + told
  }

  // MARK: Time

  /// Lets everything happen up to a point of time, or until nobody has anything to do any more.
  private func advance(until end: Instant, endsEarly: Bool = false) {
    while network.now < end {  // bound: virtual time, and the steps
      if endsEarly, !randomPeers.isBusy, world.porxy?.sessionCount ?? 0 == 0 { return }
      guard step(until: end) else { return }
    }
  }

  /// One step; false where there were too many.
  private func step(until end: Instant) -> Bool {
    let reloadAt = reloads < setup.reloads.count ? Network.beginning + setup.reloads[reloads] : .never
    let orderAt = orders < setup.orders.count ? Network.beginning + setup.orders[orders].at : .never
    let faultAt = faultChanges < faultTimes.count ? Network.beginning + faultTimes[faultChanges] : .never
    let due = min(
      network.nextEventTime ?? .never,
      world.porxy.map { min($0.nextDeadline, reloadAt, orderAt, faultAt) } ?? .never)
    let next = min(max(due, network.now), end)
    if let porxy = world.porxy {
      porxy.serve(until: next)
      if network.now >= reloadAt {
        porxy.reload(to: setup.configuration(ofReload: reloads))
        reloads += 1
      }
      if network.now >= orderAt {
        give(setup.orders[orders], to: porxy)
        orders += 1
      }
      if network.now >= faultAt {
        porxy.replaceFaults(setup.faultPlan(at: faultTimes[faultChanges]))
        faultChanges += 1
      }
      checkShares(porxy)
      judgeStop(of: porxy)
    } else {
      network.run(until: next)
    }
    steps += 1
    if steps % Self.stepsPerCheck == 0, world.porxy != nil { checkStep() }
    if steps < Self.stepsMax { return !isRunaway }
    if steps == Self.stepsMax {
      verdicts.expect(.liveness, false, at: network.elapsed, "the run does not come to rest in \(steps) steps")
    }
    return false
  }

  private func give(_ order: RunOrder, to porxy: SimulatedPorxy) {
    switch order.kind {
    case .drain: network.ask(.drain, of: world.porxyHost)
    case .stop: network.ask(.stop, of: world.porxyHost)
    case .reset(let client): porxy.reset(from: randomPeers.players.clients[client].seen.endpoint)
    }
  }

  // MARK: Closing

  /// Everybody has gone: so do the sessions, and porxy when it is told to.
  private func close(_ porxy: SimulatedPorxy) {
    let limit = network.now + Self.closingMax
    while porxy.sessionCount > 0, network.now < limit, step(until: limit) {}  // bound: virtual time
    verdicts.expect(
      .liveness, porxy.sessionCount == 0 && !porxy.isSpinning, at: network.elapsed,
      "\(porxy.sessionCount) sessions are still open" + (porxy.isSpinning ? "; porxy spins" : ""))
    noteTable()
    advance(until: network.now + Self.settling)
    judgeReloads(of: porxy)
    if setup.isMirror {
      let complaint = porxy.complaintOfMirrors
      verdicts.expect(.refused, complaint == nil, at: network.elapsed, complaint ?? "")
    }
    // A session that came late may hold the place that others wait for; a pause then ends with its listener.
    isEmptyAtStop = porxy.sessionCount == 0
    network.ask(.drain, of: world.porxyHost)
    let last = network.now + Self.closingMax
    while porxy.isServing, network.now < last, step(until: last) {}  // bound: virtual time
    randomPeers.closeListeners(on: network)
    if !porxy.isServing { checkRemains(porxy) }
    verdicts.expect(.stop, !porxy.isServing, at: network.elapsed, "porxy still runs although no peer is left")
  }

  /// Each reload comes to an end, and is refused only where there may be no descriptor for another listener.
  private func judgeReloads(of porxy: SimulatedPorxy) {
    // One that is told to stop has no reload any more.
    guard reloads > 0, setup.orders.isEmpty else { return }
    let mayBeRefused = setup.faultCount > 0 || setup.porxyLimits.descriptorsMax != HostLimits().descriptorsMax
    verdicts.expect(
      .reload, !porxy.isReloading && (mayBeRefused || porxy.reloads.refused == 0), at: network.elapsed,
      "of \(reloads) reloads \(porxy.reloads.ended) came to an end and \(porxy.reloads.refused) were refused")
    let (open, wanted) = (network.listenerCount(of: world.porxyHost), porxy.listeningEndpoints)
    verdicts.expect(
      .reload, open == wanted || setup.isMirror && open < wanted, at: network.elapsed,
      "porxy listens with \(open) sockets, of \(wanted) that it should have")
  }

  private func checkRemains(_ porxy: SimulatedPorxy) {
    let held = network.netstat(world.porxyHost)
    let places = porxy.placeCount + porxy.listenersPlaceCount + porxy.endpointsPlaceCount + porxy.attemptCount
    verdicts.expect(
      .stop,
      held.descriptors == 0 && held.conduits == 0 && places == 0 && porxy.nextDeadline == .never,
      at: network.elapsed,
      "porxy keeps \(held.descriptors) descriptors, \(held.conduits) conduits and \(places) places, "
        + "next timer \(porxy.nextDeadline)")
    verdicts.expect(
      .reload, porxy.planCount == 0, at: network.elapsed,
      "porxy keeps \(porxy.planCount) plans of its configurations")
    verdicts.expect(
      .done, porxy.ownedSocketCount == 0, at: network.elapsed,
      "porxy keeps the owners of \(porxy.ownedSocketCount) sockets that it has closed")
    if porxy.unfairness == nil { verdicts.expect(.alone, true, at: network.elapsed, "") }
    network.runUntilQuiet(limit: network.now + Self.closingMax)
    let left = network.netstat()
    verdicts.expect(
      .network, left.sockets == 0 && left.timers == 0, at: network.elapsed,
      "\(left.sockets) sockets and \(left.timers) timers are left")
    noteTable()
  }

  /// No flow gets more than its share of a turn, whatever happens to it. The first that does is told of when it does.
  private func checkShares(_ porxy: SimulatedPorxy) {
    guard let unfairness = porxy.unfairness, !wasUnfair else { return }
    wasUnfair = true
    verdicts.expect(.alone, false, at: network.elapsed, unfairness)
    noteTable()
  }

  /// What the kernels hold, once something was found.
  func noteTable() {
    if outcome.socketTable.isEmpty, !verdicts.findings.isEmpty { outcome.socketTable = network.socketTable() }
  }
}

/// What came of one random run.
public struct RunOutcome: Sendable {
  public let seed: Seed
  /// Rules that did not hold; none in a good run.
  public internal(set) var findings: [Finding] = []
  public internal(set) var faultsMet = FaultCounters()
  public internal(set) var rulesMet = RuleCounters()
  /// Sessions whose clients connected.
  public internal(set) var sessions = 0
  /// Kinds of faults in its plan.
  public internal(set) var faultKinds = 0
  /// Virtual time that it took.
  public internal(set) var elapsed = Duration.zero
  /// Of everything that happened; the same in every run of the seed.
  public internal(set) var hash: UInt64 = 0
  /// What happened, if it was asked for: the last entries.
  public internal(set) var trace = Trace()
  /// Where porxy was.
  var middle: HostID?
  /// What was recorded of porxy's sessions, in the order of their ends, if it was asked for.
  public internal(set) var recordings: [Recording] = []
  /// What porxy was told.
  public internal(set) var configuration = Configuration(listeners: [], backends: [])
  /// What each peer did and saw, and what porxy told of each session; empty in a good run.
  public internal(set) var peers: [String] = []
  /// What the kernels held when the first finding was made; empty in a good run.
  public internal(set) var socketTable = ""

  /// The trace as a drawing; empty where it was not kept.
  public var ladder: String { trace.entries.isEmpty ? "" : Ladder(trace.entries, middle: middle).text }

  init(_ seed: Seed) {
    self.seed = seed
  }
}
