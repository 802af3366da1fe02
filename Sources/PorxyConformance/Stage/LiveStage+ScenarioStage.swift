import CPorxyLinux
import CPorxyPeers
package import PorxyCore
package import PorxySimulation

extension LiveStage: ScenarioStage {
  package var arm: Arm { proxy == nil ? .direct : .proxied }
  package var calls: LiveSockets { sockets }
  package var patience: Duration { runner.patience }

  /// Who sends more fails on the way, not at once.
  private static let sendMax: UInt64 = 1000
  /// How long what is over may take to be told.
  private static let tellingMax = Duration.seconds(10)

  package func prepare(for expected: SocketAction, _ socket: Socket, _ patience: Duration) {
    guard patience > .zero else { return }
    switch expected {
    case .poll(let mask): wait(patience) { sockets.poll(socket) == mask }
    case .event(let mask) where !mask.isEmpty: wait(patience) { sockets.poll(socket).isSuperset(of: mask) }
    case .error(.some): wait(patience) { sockets.poll(socket).contains(.failed) }
    case .state(let state): wait(patience) { sockets.state(of: socket) == state }
    case .send(let count, .fails) where count > Self.sendMax: break
    case .send(_, .fails), .finish(.some), .shutReading(.some), .shutBoth(.some):
      wait(patience) { !sockets.poll(socket).isDisjoint(with: [.failed, .hungUp]) }
    default: break
    }
  }

  /// Where links have a latency, those who act at one moment do not hear of each other before they all have acted.
  package func begin(_ index: Int) {
    let steps = scenario.steps
    switch steps[index].action {
    case .socket(.client, .connect(let outcome, _)) where !steps[index].isImmediate:
      pair()
      awaitClosedMirror(expecting: outcome)
    // What befalls a server, its host, its network or the proxy is not to befall an attempt to connect.
    case .network, .host, .listener(.stopListening), .listener(.shutListening), .porxy(.drain), .porxy(.stop): pair()
    default: break
    }
    guard proxy == nil, !steps[index].isImmediate, index + 1 < steps.count, steps[index + 1].isImmediate else { return }
    guard scenario.settings.contains(where: { if case .latency = $0 { true } else { false } }) else { return }
    let group = [steps[index]] + steps[(index + 1)...].prefix { $0.isImmediate }
    heldRoles = group.compactMap { if case .socket(let role, _) = $0.action { role } else { nil } }
    applyCuts()
  }

  package func end(_ index: Int) {
    if case .socket(_, let action) = scenario.steps[index].action { awaitsLastBytes = action == .reset }
    let isLast = index + 1 == scenario.steps.count || !scenario.steps[index + 1].isImmediate
    guard isLast, !heldRoles.isEmpty else { return }
    heldRoles = []
    applyCuts()
  }

  package func takeEvent(_ role: Role, _ socket: Socket) -> Readiness { sockets.takeEvent(socket) }

  package func stopListening() {
    guard let listener = peers.listener else { return }
    // A child that another thread starts may have a copy of the socket for a while, so closing it may not be enough.
    // Where a step has shut it before, the kernel says so.
    _ = porxy_shut_down(sockets.descriptor(of: listener), Int32(PORXY_SHUT_RECEIVING))
    sockets.close(listener)
    peers.listener = nil
    peers.hasShutListener = false
  }

  package func shutListening() {
    guard let listener = peers.listener else { return }
    demand(porxy_shut_down(sockets.descriptor(of: listener), Int32(PORXY_SHUT_RECEIVING)), "shutdown of a listener")
    peers.hasShutListener = true
  }

  /// A run that has such a step is not played here.
  package func send(_ text: String, on socket: Socket) -> Moved { .error(.invalidArgument) }

  package func pollListener() -> Readiness { peers.listener.map { sockets.poll($0) } ?? [] }

  package func play(_ action: HostAction, at place: Place) {
    guard place != .porxy else { return playAtPorxy(action) }
    switch action {
    case .kill: kill(place)
    case .losePower:
      darkPlaces.append(place)
      for role in roles(at: place) {
        peers.forget(role)
        if let socket = peers[role]?.socket { sockets.disown(socket) }
      }
      applyCuts()
    case .hang: hungPlaces.append(place)
    case .resume: hungPlaces.removeAll { $0 == place }
    case .suffer: if place == .server { acceptsPoorly = true }
    case .recover: if place == .server { acceptsPoorly = false }
    case .restart: break
    }
  }

  private func playAtPorxy(_ action: HostAction) {
    switch action {
    case .suffer: proxy?.control?.suspend()
    case .recover: proxy?.control?.resume()
    default: break
    }
  }

  package func play(_ action: NetworkAction) {
    switch action {
    case .impose(.cut, let way): cuts.append(way)
    case .impose: break
    case .heal(nil): cuts = []
    case .heal(let way?): cuts.removeAll { $0.place == way.place }
    }
    applyCuts()
  }

  /// Names are simulated only.
  package func play(_ action: NameAction, of name: String?) {}

  package func play(_ action: PorxyAction, _ patience: Duration) -> PorxyAction {
    guard let control = proxy?.control else { return action }
    switch action {
    case .drain, .stop: control.stop()
    case .kill:
      control.kill()
      hasKilledPorxy = true
    case .loseListeners, .reload, .end, .request, .mark, .change, .waits, .finds, .hasTold, .hasToldOf: break
    case .holds(let count):
      // What connected and was not told of.
      wait(patience) { sessionCount(control) == Int(count) }
      return .holds(sessions: UInt64(clamping: sessionCount(control)))
    case .tells(_, _, let phase):
      guard wait(patience, until: { control.endings.count > toldCount }) else { return .holds(sessions: 0) }
      let told = control.endings[toldCount]
      toldCount += 1
      guard case .tells(let party, let manner, _) = told, phase == nil else { return told }
      return .tells(party, manner, nil)
    }
    return action
  }

  package func close(_ outcome: inout ScenarioOutcome) {
    cuts = []
    darkPlaces = []
    applyCuts()
    sockets.reviveDisowned()
    for role in roles(at: .server) + peers.clients.indices.map({ .client($0 + 1) }) {
      peers.forget(role)
      if let socket = peers.openSocket(role, on: sockets) { sockets.close(socket) }
    }
    stopListening()
    outcome.complaints += peers.flaws + sockets.flaws
    guard let control = proxy?.control, !hasKilledPorxy else { return }
    control.resume()
    if !wait(Self.tellingMax, until: { sessionCount(control) <= 0 }) {
      outcome.complaints.append("\(sessionCount(control)) sessions never end, although no peer is left (GONE)")
    }
  }

  private func sessionCount(_ control: any ProxyControl) -> Int {
    peers.connected.count + endingsBefore - control.endings.count
  }

  /// Closes what the process at a place had, as its kernel does.
  private func kill(_ place: Place) {
    for role in roles(at: place) {
      peers.forget(role)
      if let socket = peers.openSocket(role, on: sockets) { sockets.close(socket) }
    }
    if place == .server { stopListening() }
  }

  private func roles(at place: Place) -> [Role] {
    switch place {
    case .server: peers.servers.indices.map { .server($0 + 1) }
    case .client(let number):
      scenario.clientSettings.contains(.sharedHost)
        ? peers.clients.indices.map { .client($0 + 1) } : [.client(number)]
    case .other, .porxy: []
    }
  }
}
