import PorxyCore

extension SimulatedStage: ScenarioStage {
  var calls: Network { network }

  func settleFull() { settle() }
  func advance(by duration: Duration) { advance(to: network.now + duration) }

  /// A simulated network is at rest when it says so.
  func prepare(for expected: SocketAction, _ socket: Socket, _ patience: Duration) {}
  func begin(_ index: Int) {}
  func end(_ index: Int) {}

  func openSocket(ofClient number: Int) throws(SocketError) -> Socket {
    let socket = try network.openSocket(on: host(ofClient: number))
    network.setOptions(SocketOptions(scenario.clientSettings), on: socket)
    return socket
  }

  func connect(_ socket: Socket) throws(SocketError) { try network.connect(socket, to: target) }

  func accept() -> AcceptOutcome { cast.accept(on: network) }

  func takeEvent(_ role: Role, _ socket: Socket) -> Readiness {
    guard cast[role]?.hasEvent == true else { return [] }
    cast[role]?.hasEvent = false
    return network.poll(socket)
  }

  func stopListening() {
    if let listener = cast.listener { network.close(listener) }
    cast.listener = nil
  }

  func close(_ outcome: inout ScenarioOutcome) {
    outcome.entries = network.trace.entries
    if !outcome.entries.isEmpty {
      outcome.ladder = Ladder(outcome.entries, middle: porxy == nil ? nil : porxyHost).text
    }
    outcome.complaints += closeDown()
    outcome.complaints += cast.flaws
    outcome.sessions = porxy?.sessions ?? []
    outcome.elapsed = network.elapsed
    outcome.hash = network.trace.hash
  }
}
