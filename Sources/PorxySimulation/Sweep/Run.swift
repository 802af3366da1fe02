import PorxyCore

/// One random run: everything about it follows from its seed.
///
/// Peers and faults do what was drawn for a while; then all faults heal, the peers finish what they can, whoever is
/// left gives up, and porxy is told to stop.
public final class Run {
  let setup: RunSetup
  let arm: Arm
  let world: RunWorld
  var verdicts = Verdicts()
  var outcome: RunOutcome
  private var steps = 0

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
    world = RunWorld(setup, arm, stretch)
  }

  /// Performs the run of a seed, and, where it tells something, the same peers without porxy beside it.
  ///
  /// `entriesMax` is how many entries of the trace to keep.
  public static func perform(_ seed: Seed, entriesMax: Int = 0) -> RunOutcome {
    perform(RunSetup(drawing: seed), entriesMax: entriesMax)
  }

  static func perform(_ setup: RunSetup, entriesMax: Int = 0) -> RunOutcome {
    let run = Run(setup, .proxied, RunWorld.Stretch(tracesMax: entriesMax))
    run.perform()
    if setup.isComparable { Law(setup).compare(run) }
    return run.conclude()
  }

  var network: Network { world.network }
  var company: Company { world.company }

  func perform() {
    let healing = Network.beginning + setup.length
    advance(until: healing)
    network.heal()
    // What is under way arrives, so that nobody is in a backlog or before it when the run is called over.
    advance(until: healing + Self.settling)
    advance(until: healing + Self.patience, endsEarly: true)
    let end = network.elapsed
    company.giveUp(on: network)
    if let porxy = world.porxy {
      judge(at: end)
      judgePromises(of: porxy, at: end)
      close(porxy)
    }
  }

  private func conclude() -> RunOutcome {
    outcome.findings = verdicts.findings
    outcome.rulesMet = verdicts.counters
    outcome.faultsMet = network.faultsMet
    outcome.sessions = company.peers.indices.count { $0 % 2 == 0 && company.peers[$0].seen.isConnected }
    outcome.faultKinds = FaultKind.allCases.count { kind in setup.plan.faults.contains { $0.kind == kind } }
    outcome.elapsed = network.elapsed
    outcome.hash = network.trace.hash
    outcome.trace = network.trace
    outcome.middle = world.porxyHost
    if !outcome.findings.isEmpty { outcome.peers = peerLines }
    return outcome
  }

  private var peerLines: [String] {
    let seen = company.peers.enumerated().map { index, peer in
      "\(index % 2 == 0 ? "client" : "server") \(index / 2): \(peer.seen.summary)"
    }
    let told = (world.porxy?.sessions ?? []).map { record in
      "record of session \(record.listener): \(record.manner) by \(record.endedBy), \(record.phase), "
        + "taken \(record.toBackend.taken) and \(record.toClient.taken), "
        + "delivered \(record.toBackend.delivered) and \(record.toClient.delivered)"
    }
    return seen + told
  }

  // MARK: Time

  /// Lets everything happen up to a point of time, or until nobody has anything to do any more.
  private func advance(until end: Instant, endsEarly: Bool = false) {
    while network.now < end {  // bound: virtual time, and the steps
      if endsEarly, !company.isBusy, world.porxy?.sessionCount ?? 0 == 0 { return }
      guard step(until: end) else { return }
    }
  }

  /// One step; false where there were too many.
  private func step(until end: Instant) -> Bool {
    let next = min(max(min(network.nextEventTime ?? .never, world.porxy?.nextDeadline ?? .never), network.now), end)
    if let porxy = world.porxy { porxy.serve(until: next) } else { network.run(until: next) }
    steps += 1
    if steps % Self.stepsPerCheck == 0, world.porxy != nil { checkStep() }
    if steps < Self.stepsMax { return true }
    if steps == Self.stepsMax {
      verdicts.expect(.liveness, false, at: network.elapsed, "the run does not come to rest in \(steps) steps")
    }
    return false
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
    network.ask(.drain, of: world.porxyHost)
    let last = network.now + Self.closingMax
    while porxy.isServing, network.now < last, step(until: last) {}  // bound: virtual time
    company.closeListeners(on: network)
    if !porxy.isServing { checkRemains(porxy) }
    verdicts.expect(.stop, !porxy.isServing, at: network.elapsed, "porxy goes on though nobody is left")
    judgeRecords(of: porxy)
  }

  private func checkRemains(_ porxy: SimulatedPorxy) {
    let held = network.netstat(world.porxyHost)
    verdicts.expect(
      .stop,
      held.descriptors == 0 && held.conduits == 0 && porxy.placeCount == 0 && porxy.nextDeadline == .never,
      at: network.elapsed,
      "porxy keeps \(held.descriptors) descriptors, \(held.conduits) conduits and \(porxy.placeCount) places, "
        + "next timer \(porxy.nextDeadline)")
    verdicts.expect(
      .alone, !porxy.isUnfair, at: network.elapsed, "a session moves without end in one turn while others wait")
    network.runUntilQuiet(limit: network.now + Self.closingMax)
    let left = network.netstat()
    verdicts.expect(
      .network, left.sockets == 0 && left.timers == 0, at: network.elapsed,
      "\(left.sockets) sockets and \(left.timers) timers are left")
    noteTable()
  }

  /// What the kernels hold, once something was found.
  func noteTable() {
    if outcome.socketTable.isEmpty, !verdicts.findings.isEmpty { outcome.socketTable = network.socketTable() }
  }
}
