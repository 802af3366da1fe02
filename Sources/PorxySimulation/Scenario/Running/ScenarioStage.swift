package import PorxyCore

/// Where a scenario is played: a network with hosts for clients and a server, a clock, and perhaps a proxy between.
///
/// `ScenarioRun` plays the same steps on every stage, so that what is compared differs in the network alone.
package protocol ScenarioStage: AnyObject {
  associatedtype Calls: SocketCalls

  var arm: Arm { get }
  var calls: Calls { get }
  /// Clients and the server, with their sockets.
  var peers: ScenarioPeers { get }

  /// How long a step's outcome may take where the scenario does not say.
  var patience: Duration { get }

  /// Lets the network come to rest.
  func settle()
  /// The same where buffers are full, and bytes may go on only after a while.
  func settleFull()
  func advance(by duration: Duration)
  /// Lets time go by until something holds, or for so long; false in the latter case.
  @discardableResult
  func wait(_ patience: Duration, until holds: () -> Bool) -> Bool
  /// Before a step on a socket: whoever does not know when the network is at rest waits here for what is expected.
  func prepare(for expected: SocketAction, _ socket: Socket, _ patience: Duration)
  /// Before a step and after the last of those that begin at the same moment.
  func begin(_ index: Int)
  func end(_ index: Int)

  /// A socket on the client's host, with its settings.
  func openSocket(ofClient number: Int) throws(SocketError) -> Socket
  /// Begins to connect it to where clients connect to, or those of a further listener.
  func connect(_ socket: Socket, to listener: String?) throws(SocketError)
  /// Where clients connect to, or those of a further listener.
  func entrance(of listener: String?) -> Endpoint
  /// Begins to connect it to its own address and port.
  func connectToItself(_ socket: Socket, ofClient number: Int) throws(SocketError)
  /// Takes a client from the server's queue.
  func accept() -> AcceptOutcome
  /// Sends a word as it is.
  func send(_ text: String, on socket: Socket) -> Moved
  /// What edge-triggered epoll has said since this was last asked.
  func takeEvent(_ role: Role, _ socket: Socket) -> Readiness

  func listen()
  func stopListening()
  func shutListening()
  func pollListener() -> Readiness
  func play(_ action: HostAction, at place: Place)
  func play(_ action: NetworkAction)
  func play(_ action: NameAction, of name: String?)
  func play(_ action: PorxyAction, _ patience: Duration) -> PorxyAction
  /// After the last step: lets go of everything, and adds what only this stage knows of the run.
  func close(_ outcome: inout ScenarioOutcome)
}

/// A simulated network set up for one scenario: hosts for its clients, its server and, in the proxied arm, porxy.
final class SimulatedStage {
  let scenario: Scenario
  let arm: Arm
  let network: Network
  let peers = ScenarioPeers()
  /// The hosts of clients, by number from 1; the same one for all where they share it.
  let clientHosts: [HostID]
  let server: HostID
  /// A second server, which always listens.
  let other: HostID
  let porxyHost: HostID
  /// nil in the direct arm.
  let porxy: SimulatedPorxy?
  /// In place of the scenario's own.
  let relay: RelayMode?
  /// How long a step's outcome may take where the scenario does not say.
  var patience = Duration.seconds(2)
  /// Records that `porxy tells` has not been compared with.
  var untold = 0
  /// Whether sessions are looked at before and after each step, as an administrator may at any time (ADMIN).
  let looksAtSessions: Bool
  /// The session that the client of each number had when sessions were looked at last, over by now or not.
  var sessionIDs: [SessionID?] = []
  /// What was wrong with the lists of sessions.
  var listComplaints: [String] = []

  static let serverPort: UInt16 = 9000
  static let porxyPort: UInt16 = 8000
  /// Below the ports of clients that connect to themselves.
  static let ownPort: UInt16 = 20_000
  static let backendName = "backend"

  init(
    _ scenario: Scenario, _ arm: Arm, relay: RelayMode?, faults: FaultSettings? = nil, record: RecordMode = .off,
    seed: Seed, entriesMax: Int, looksAtSessions: Bool = false
  ) {
    self.scenario = scenario
    self.looksAtSessions = looksAtSessions
    self.arm = arm
    self.relay = relay
    network = Network(seed)
    network.trace.entriesMax = entriesMax
    let count = scenario.clientSettings.contains(.sharedHost) ? 1 : scenario.clientCount
    let network = network
    clientHosts = (1...count).map { number in
      network.addHost(
        Place.client(number).description, RunAddress.client(number - 1, scenario.family),
        limits: HostLimits(scenario.clientSettings))
    }
    let hasV6 = !scenario.porxySettings.contains { $0 == .noV6 || $0 == .noWayToV6 }
    porxyHost = network.addHost(
      "porxy", [RunAddress.porxy(.v4)] + (hasV6 ? [RunAddress.porxy(.v6)] : []),
      limits: HostLimits(scenario.porxySettings))
    server = network.addHost(
      "server", RunAddress.server(0, .v4), RunAddress.server(0, .v6), limits: HostLimits(scenario.serverSettings))
    _ = network.addHost("refusing", RunAddress.refusing(0, .v4))
    network.cutPower(of: network.addHost("silent", RunAddress.silent(0, .v4)))
    other = network.addHost(Place.other.description, RunAddress.server(1, .v4), RunAddress.server(1, .v6))
    network.peers = peers
    for case .latency(let latency) in scenario.settings {
      for host in clientHosts + [server, other] {
        network.setLink(between: host, porxyHost, Link(latency: latency))
        guard host != server, host != other else { continue }
        for server in [server, other] { network.setLink(between: host, server, Link(latency: latency)) }
      }
    }
    for case .name(let targets) in scenario.settings { Self.setName(Self.backendName, to: targets, on: network) }
    for name in scenario.sideListeners.compactMap(\.backendName) { Self.setName(name, to: [.server], on: network) }
    var configuration = scenario.configuration(relay)
    if let faults { configuration.faults = faults }
    configuration.record = record
    porxy = arm == .direct ? nil : SimulatedPorxy(configuration, on: porxyHost, of: network)
    peers.lookHeader = scenario.headersToBackend
    peers.acceptsAtOnce = !scenario.serverSettings.contains(.acceptsWhenTold)
    if !scenario.serverSettings.contains(.doesNotListen) { listen() }
    if scenario.usesOther { listenAtOther() }
  }

  /// Where clients connect to, or those of a further listener; direct, where that leads.
  func target(of listener: String?) -> Endpoint {
    guard arm == .direct else {
      let place = listener.flatMap { name in scenario.sideListeners.firstIndex { $0.name == name } }
      return place.map(scenario.front(ofSide:)) ?? scenario.front
    }
    var next = listener
    for _ in scenario.sideListeners {
      guard let side = scenario.sideListeners.first(where: { $0.name == next }) else { break }
      switch side.target {
      case .address(let target): return Endpoint(Self.address(of: target), Self.serverPort)
      case .name: next = nil
      case .listener(let name, _): next = name
      }
    }
    return Endpoint(RunAddress.server(0, scenario.family), Self.serverPort)
  }

  /// The host of a client.
  func host(ofClient number: Int) -> HostID {
    clientHosts[min(number, clientHosts.count) - 1]
  }

  /// The host at a place; nil for porxy where there is none.
  func host(at place: Place) -> HostID? {
    switch place {
    case .client(let number): host(ofClient: number)
    case .server: server
    case .other: other
    case .porxy: porxy == nil ? nil : porxyHost
    }
  }

  /// Opens the server's listener, or has it listen again.
  func listen() {
    if peers.hasShutListener, let listener = peers.listener {
      peers.hasShutListener = false
      return network.startListening(listener)
    }
    var backlog: Int32 = 128
    for case .backlog(let count) in scenario.serverSettings { backlog = Int32(count) }
    let options = ListenOptions(backlog: backlog, socket: SocketOptions(scenario.serverSettings))
    do {
      peers.listener = try network.listen(on: server, Endpoint(.anyV6, Self.serverPort), options)
    } catch {
      peers.flaws.append("the server cannot listen: \(error.errnoName)")
    }
  }

  private func listenAtOther() {
    do {
      peers.otherListener = try network.listen(on: other, Endpoint(.anyV6, Self.serverPort))
    } catch {
      peers.flaws.append("the second server cannot listen: \(error.errnoName)")
    }
  }

  /// Gives a backend's name its addresses.
  static func setName(_ name: String, to targets: [NameTarget], on network: Network) {
    network.setName(name, to: targets.map(address(of:)))
  }

  /// The address that is meant.
  static func address(of target: NameTarget) -> IPAddress {
    switch target {
    case .server: RunAddress.server(0, .v4)
    case .serverV6: RunAddress.server(0, .v6)
    case .other: RunAddress.server(1, .v4)
    case .otherV6: RunAddress.server(1, .v6)
    case .refusing: RunAddress.refusing(0, .v4)
    case .silent: RunAddress.silent(0, .v4)
    case .porxy: RunAddress.porxy(.v4)
    }
  }
}

extension Scenario {
  /// Something leads to the second server.
  fileprivate var usesOther: Bool {
    settings.contains { $0.key == .listeners } || endpoints.contains { $0.target == .other || $0.target == .otherV6 }
  }
}

extension SimulatedStage {
  /// Silence after which the network counts as being at rest: shorter than any retransmission, longer than the longest
  /// of porxy's looks at a session that is over but for its last bytes.
  private var silence: Duration {
    for case .latency(let latency) in scenario.settings { return .milliseconds(70) + latency }
    return .milliseconds(70)
  }

  private static let settlingMax = Duration.seconds(10)
  private static let stepsMax = 200_000

  /// When something happens next, on the network or in porxy.
  private var nextTime: Instant {
    min(network.nextEventTime ?? .never, porxy?.nextDeadline ?? .never)
  }

  /// Lets everything happen up to a point of time.
  func advance(to end: Instant) {
    if let porxy { porxy.serve(until: end) } else { network.run(until: end) }
  }

  /// Lets the network come to rest.
  func settle() {
    advance(to: network.now)
    let limit = network.now + Self.settlingMax
    for _ in 0..<Self.stepsMax {
      let next = nextTime
      guard next <= network.now + silence, network.now < limit else { return }
      advance(to: max(next, network.now))
    }
  }

  /// Lets time go by until something holds, or for so long; false in the latter case.
  @discardableResult
  func wait(_ patience: Duration, until holds: () -> Bool) -> Bool {
    let deadline = network.now + patience
    for _ in 0..<Self.stepsMax {
      if holds() { return true }
      guard network.now < deadline else { return false }
      advance(to: min(max(nextTime, network.now), deadline))
    }
    return holds()
  }
}

extension SimulatedStage: ScenarioStage {
  var calls: Network { network }

  func settleFull() { settle() }
  func advance(by duration: Duration) { advance(to: network.now + duration) }

  /// A simulated network is at rest when it says so.
  func prepare(for expected: SocketAction, _ socket: Socket, _ patience: Duration) {}
  func begin(_ index: Int) { lookAtSessions() }
  func end(_ index: Int) { lookAtSessions() }

  func openSocket(ofClient number: Int) throws(SocketError) -> Socket {
    let socket = try network.openSocket(on: host(ofClient: number))
    network.setOptions(SocketOptions(scenario.clientSettings), on: socket)
    return socket
  }

  func entrance(of listener: String?) -> Endpoint { target(of: listener) }

  func connect(_ socket: Socket, to listener: String?) throws(SocketError) {
    try network.connect(socket, to: target(of: listener))
  }

  func connectToItself(_ socket: Socket, ofClient number: Int) throws(SocketError) {
    let port = Self.ownPort + UInt16(number)
    let place = min(number, clientHosts.count) - 1
    try network.connect(socket, to: Endpoint(RunAddress.client(place, scenario.family), port), from: port)
  }

  func accept() -> AcceptOutcome { peers.accept(on: network) }

  func send(_ text: String, on socket: Socket) -> Moved {
    let bytes = Array(text.utf8)
    var payload = Payload()
    payload.append(network.literals.run(of: bytes.span))
    return network.send(socket, from: &payload)
  }

  func takeEvent(_ role: Role, _ socket: Socket) -> Readiness {
    guard peers[role]?.hasEvent == true else { return [] }
    peers[role]?.hasEvent = false
    return network.poll(socket)
  }

  func stopListening() {
    if let listener = peers.listener { network.close(listener) }
    peers.listener = nil
    peers.hasShutListener = false
  }

  func shutListening() {
    guard let listener = peers.listener else { return }
    network.shutDown(listener)
    peers.hasShutListener = true
  }

  func pollListener() -> Readiness { peers.listener.map { network.poll($0) } ?? [] }

  func close(_ outcome: inout ScenarioOutcome) {
    outcome.entries = network.trace.entries
    if !outcome.entries.isEmpty {
      outcome.ladder = Ladder(outcome.entries, middle: porxy == nil ? nil : porxyHost).text
    }
    outcome.complaints += listComplaints
    outcome.complaints += closeDown()
    outcome.complaints += peers.flaws
    outcome.sessions = porxy?.sessions ?? []
    outcome.recordings = porxy?.recordings ?? []
    outcome.configuration = scenario.configuration(relay)
    outcome.elapsed = network.elapsed
    outcome.hash = network.trace.hash
  }
}
