public import PorxyCore

/// Runs scenarios on the simulated network: direct, and with the shipped proxy between the peers.
public struct ScenarioRunner: Sendable {
  /// The way to relay in place of the scenario's own.
  public var relay: RelayMode?
  public var seed: Seed
  /// How many entries of the network's trace to keep; 0: none.
  public var entriesMax = 0
  /// Whether porxy's sessions are looked at before and after each step, which must change nothing (ADMIN).
  public var looksAtSessions = true

  /// What porxy has go wrong, in place of the scenario's own.
  public var faults: FaultSettings?
  /// Which sessions porxy keeps recordings of.
  public var record = RecordMode.off

  /// How long a step waits for what it expects to see; with none, it sees what is there once the network is at rest.
  public var patience = Duration.seconds(2)

  public init(relay: RelayMode? = nil, seed: Seed = Seed(1), entriesMax: Int = 0) {
    self.relay = relay
    self.seed = seed
    self.entriesMax = entriesMax
  }

  /// Runs it in one arm and compares with what it expects; proxied, also with what holds at the end of every run.
  public func run(_ scenario: Scenario, _ arm: Arm) -> ScenarioOutcome {
    let stage = SimulatedStage(
      scenario, arm, relay: relay, faults: faults, record: record, seed: seed, entriesMax: entriesMax,
      looksAtSessions: looksAtSessions)
    stage.patience = patience
    return ScenarioRun(scenario, on: stage).perform()
  }

  /// Runs it in both arms; nil when it is for one only.
  public func compare(_ scenario: Scenario) -> Comparison? {
    guard scenario.arms.contains(.direct), scenario.arms.contains(.proxied) else { return nil }
    return Comparison(scenario, direct: run(scenario, .direct), proxied: run(scenario, .proxied))
  }
}

/// One run of a scenario on one stage.
package final class ScenarioRun<Stage: ScenarioStage> {
  let scenario: Scenario
  let stage: Stage
  var outcome: ScenarioOutcome

  package init(_ scenario: Scenario, on stage: Stage) {
    self.scenario = scenario
    self.stage = stage
    outcome = ScenarioOutcome(scenario, stage.arm)
  }

  var calls: Stage.Calls { stage.calls }
  var peers: ScenarioPeers { stage.peers }

  /// Runs it; `judges` says whether what is seen is compared with what is expected.
  package func perform(judges: Bool = true) -> ScenarioOutcome {
    for index in scenario.steps.indices {
      let step = scenario.steps[index]
      if !step.isImmediate { stage.settle() }
      stage.begin(index)
      outcome.seen[index].action = play(step.action, index, step.within ?? stage.patience)
      stage.end(index)
      takeOutcomes()
    }
    stage.settle()
    takeOutcomes()
    if judges { outcome.complaints += scenario.complaints(about: outcome.seen, in: stage.arm) }
    stage.close(&outcome)
    return outcome
  }

  /// Does what a step says, and answers what was seen.
  private func play(_ action: Action, _ index: Int, _ patience: Duration) -> Action {
    switch action {
    case .socket(let role, let action): return .socket(role, play(action, role, index, patience))
    case .host(let place, let action): stage.play(action, at: place)
    case .listener(let action): return .listener(play(action, patience))
    case .network(let action): stage.play(action)
    case .name(let name, let action): stage.play(action, of: name)
    case .porxy(let action): return .porxy(stage.play(action, patience))
    case .wait(let duration): stage.advance(by: duration)
    case .settle: stage.settle()
    }
    return action
  }

  private func play(_ action: ListenerAction, _ patience: Duration) -> ListenerAction {
    switch action {
    case .listen: stage.listen()
    case .stopListening: stage.stopListening()
    case .shutListening: stage.shutListening()
    case .poll(let readiness):
      stage.wait(patience) { stage.pollListener() == readiness }
      return .poll(stage.pollListener())
    case .has(let count):
      stage.wait(patience) { peers.servers.count >= Int(count) }
      return .has(connections: UInt64(peers.servers.count))
    }
    return action
  }

  /// Writes down what became of sends that could not be done at once.
  private func takeOutcomes() {
    for (step, sent) in peers.outcomes {
      switch outcome.seen[step].action {
      case .socket(let role, .send(let count, _)): outcome.seen[step].action = .socket(role, .send(count, sent))
      case .socket(let role, .sendUrgent): outcome.seen[step].action = .socket(role, .sendUrgent(sent))
      default: break
      }
    }
    peers.outcomes = []
  }
}

extension ScenarioRun {
  private static var fillMax: UInt64 { 64 << 20 }
  private static var keepSendingMax: Int { 15 }

  func play(_ action: SocketAction, _ role: Role, _ index: Int, _ patience: Duration) -> SocketAction {
    switch action {
    case .connect(let expected, let listener):
      return .connect(connect(role, to: listener, expected, patience), on: listener)
    case .connectToItself(let expected): return .connectToItself(connectToItself(role, expected, patience))
    case .accept: return .accept(stage.accept())
    case .absent: return peers[role] == nil ? .absent : .poll([])
    default: break
    }
    if peers[role] == nil, role.place == .server { stage.wait(patience) { peers[role] != nil } }
    guard let socket = peers.openSocket(role, on: calls) else {
      if peers[role] != nil { outcome.complaints.append("step \(index + 1): \(role) has no open socket") }
      return .absent
    }
    stage.prepare(for: action, socket, patience)
    switch action {
    case .send(let count, _): return .send(count, send(role, count, index))
    case .sendUrgent: return .sendUrgent(outcome(of: calls.sendUrgent(socket), role))
    case .sendText(let text, _): return .sendText(text, outcome(of: stage.send(text, on: socket), role))
    case .sendUntilBlocked: return fill(role, socket)
    case .keepSending(let count, let error): return keepSending(count, until: error, role, index)
    case .receive(let amount, let stop): return receive(role, socket, amount, stop, patience)
    case .sendHeader(let header, let part):
      if !sendHeader(header, part, role, socket) {
        outcome.complaints.append("step \(index + 1): the header of \(role) is not taken")
      }
    case .receiveHeader(let header): return .receiveHeader(receiveHeader(header, role, socket, patience))
    case .finish: return finish(role, socket, index)
    case .shutReading: return .shutReading(shutDown(socket, .receiving))
    case .shutBoth: return .shutBoth(shutDown(socket, .both))
    case .connectAgain:
      let error = error { () throws(SocketError) in try stage.connect(socket, to: nil) }
      return .connectAgain(error == .inProgress ? nil : error)
    case .set(let option, _):
      return .set(option, error { () throws(SocketError) in try calls.set(option, on: socket) })
    case .close: close(role, socket, index)
    case .reset: calls.abort(socket)
    case .poll: return .poll(calls.poll(socket))
    case .event: return .event(stage.takeEvent(role, socket))
    case .error: return .error(calls.takeError(socket))
    case .state: return .state(calls.state(of: socket))
    case .connect, .connectToItself, .accept, .absent: break
    }
    return action
  }

  // MARK: Connecting

  private func connect(
    _ role: Role, to listener: String?, _ expected: ConnectOutcome, _ patience: Duration
  ) -> ConnectOutcome {
    let outcome = connect(role, expected, patience) { number, socket throws(SocketError) in
      peers.connected.append(number)
      peers[role]?.entrance = stage.entrance(of: listener)
      try stage.connect(socket, to: listener)
    }
    // The server never meets it.
    if case .fails = outcome, case .client(let number) = role { peers.connected.removeAll { $0 == number } }
    return outcome
  }

  /// Nobody else has anything to do with that connection.
  private func connectToItself(_ role: Role, _ expected: ConnectOutcome, _ patience: Duration) -> ConnectOutcome {
    connect(role, expected, patience) { number, socket throws(SocketError) in
      try stage.connectToItself(socket, ofClient: number)
    }
  }

  private func connect(
    _ role: Role, _ expected: ConnectOutcome, _ patience: Duration, _ begin: (Int, Socket) throws(SocketError) -> Void
  ) -> ConnectOutcome {
    guard case .client(let number) = role else { return .begins }
    do {
      let socket = try stage.openSocket(ofClient: number)
      peers[role] = ScenarioPeers.Peer(socket: socket, stream: 0)
      do {
        try begin(number, socket)
      } catch .inProgress {
      } catch {
        calls.close(socket)
        return .fails(error)
      }
      peers[role]?.stream = calls.stream(of: socket)
      peers[role]?.endpoint = calls.localEndpoint(of: socket)
      guard expected != .begins else { return .begins }
      return awaitConnection(socket, expected, patience)
    } catch {
      return .fails(error)
    }
  }

  private func awaitConnection(_ socket: Socket, _ expected: ConnectOutcome, _ patience: Duration) -> ConnectOutcome {
    guard stage.wait(patience, until: { calls.state(of: socket) != .synSent }) else { return .begins }
    if !calls.poll(socket).contains(.failed) {
      // A proxy accepts before it knows more: then a failure comes right behind.
      if expected == .succeeds { return .succeeds }
      stage.wait(patience) { calls.poll(socket).contains(.failed) }
      return calls.poll(socket).contains(.failed) && calls.takeError(socket) == .connectionReset
        ? .isReset : .succeeds
    }
    guard let error = calls.takeError(socket) else { return .succeeds }
    // An attempt is refused, not reset (R1): this one had succeeded.
    return error == .connectionReset ? .isReset : .fails(error)
  }

  // MARK: Sending

  private func send(_ role: Role, _ count: UInt64, _ index: Int) -> SendOutcome {
    guard count > 0 else { return .taken }
    peers[role]?.pendingActions.append(ScenarioPeers.PendingAction(kind: .send(count), step: index))
    peers.act(role, on: calls)
    // Later steps may make room; until they do, it blocks.
    return .blocks
  }

  private func outcome(of moved: Moved, _ role: Role) -> SendOutcome {
    switch moved {
    case .bytes(let count):
      peers[role]?.written += UInt64(count)
      return .taken
    case .error(.wouldBlock), .end: return .blocks
    case .error(let error): return .fails(error)
    }
  }

  private func fill(_ role: Role, _ socket: Socket) -> SocketAction {
    var total: UInt64 = 0
    var atRest: UInt64 = .max
    while total < Self.fillMax {  // bound: what the buffers on the way hold
      switch calls.send(socket, 1 << 16) {
      case .bytes(let count):
        total += UInt64(count)
        peers[role]?.written += UInt64(count)
      case .error(.wouldBlock), .end:
        if total == atRest { return .sendUntilBlocked }
        atRest = total
        stage.settleFull()
        guard calls.isOpen(socket) else { return .absent }
      case .error(let error): return .send(total, .fails(error))
      }
    }
    return .send(total, .taken)
  }

  private func keepSending(_ count: UInt64, until error: SocketError, _ role: Role, _ index: Int) -> SocketAction {
    for sends in 1...Self.keepSendingMax {
      guard let socket = peers.openSocket(role, on: calls) else { return .absent }
      switch outcome(of: calls.send(socket, UInt32(clamping: count)), role) {
      case .taken: stage.settle()
      case .blocks: return .send(count, .blocks)
      case .fails(let error):
        outcome.sends[index] = sends
        return .keepSending(count, until: error)
      }
    }
    return .send(count, .taken)
  }

  // MARK: Receiving

  private func receive(
    _ role: Role, _ socket: Socket, _ amount: Amount, _ stop: Stop?, _ patience: Duration
  ) -> SocketAction {
    if amount == .exactly(0), stop == nil { return .receive(amount, emptyReceive(role, socket)) }
    let before = peers[role]?.received ?? 0
    var wanted: UInt64?
    switch amount {
    case .exactly(let count): wanted = count
    case .all:
      let partner = peers.partner(of: role, isDirect: stage.arm == .direct).flatMap { peers[$0] }
      wanted = (partner?.intended ?? 0) - min(before, partner?.intended ?? 0)
    case .some, .unstated: wanted = nil
    }
    var seen: Stop?
    stage.wait(patience) {
      seen = drain(role, socket, upTo: stop == nil ? wanted.map { before + $0 } : nil)
      guard seen == .nothing else { return true }
      // Whoever expects nothing looks once the network is at rest; everybody else waits for what is to come.
      let isEnough = wanted.map { (peers[role]?.received ?? 0) - before >= $0 } ?? true
      guard isEnough, stop == .nothing || stop == nil else { return false }
      stage.settle()
      seen = drain(role, socket, upTo: nil)
      return true
    }
    let count = (peers[role]?.received ?? 0) - before
    let isAll = amount == .all && count == wanted
    return .receive(isAll ? .all : amount == .some ? .some : .exactly(count), seen)
  }

  /// Asks for no byte; nil when it gets none, and no end either (R24).
  private func emptyReceive(_ role: Role, _ socket: Socket) -> Stop? {
    switch peers.receive(role, socket, 0, on: calls) {
    case .bytes: nil
    case .end: .end
    case .error(.wouldBlock): .nothing
    case .error(let error): .error(error)
    }
  }

  /// Takes what there is; nil when it stopped at the limit.
  private func drain(_ role: Role, _ socket: Socket, upTo limit: UInt64?) -> Stop? {
    while true {  // bound: what was sent
      // Bytes of others, which are a flaw, may have gone beyond it.
      let left = limit.map { $0 - min($0, peers[role]?.received ?? 0) } ?? 1 << 16
      guard left > 0 else { return nil }
      switch peers.receive(role, socket, UInt32(clamping: min(left, 1 << 16)), on: calls) {
      case .bytes: continue
      case .end: return .end
      case .error(.wouldBlock): return .nothing
      case .error(let error): return .error(error)
      }
    }
  }

  // MARK: Ending

  private func finish(_ role: Role, _ socket: Socket, _ index: Int) -> SocketAction {
    if peers[role]?.pendingActions.isEmpty == false {
      peers[role]?.pendingActions.append(ScenarioPeers.PendingAction(kind: .finish, step: index))
      return .finish(nil)
    }
    return .finish(shutDown(socket, .sending))
  }

  private func close(_ role: Role, _ socket: Socket, _ index: Int) {
    peers[role]?.pendingActions.append(ScenarioPeers.PendingAction(kind: .close, step: index))
    peers.act(role, on: calls)
  }

  private func shutDown(_ socket: Socket, _ direction: Network.Direction) -> SocketError? {
    error { () throws(SocketError) in try calls.shutDown(socket, direction) }
  }

  /// The error of a call; nil when it works.
  private func error(of call: () throws(SocketError) -> Void) -> SocketError? {
    do {
      try call()
      return nil
    } catch {
      return error
    }
  }
}
