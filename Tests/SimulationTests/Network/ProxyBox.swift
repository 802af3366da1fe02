import PorxySimulation

@testable import PorxyCore

/// The shipped proxy between a host of clients and a server's, turned by a test.
final class ProxyBox {
  struct Complaint: Error {}

  let network = Network()
  let clients: HostID
  let host: HostID
  let server: HostID
  /// Where the backend is.
  let door = Endpoint(IPAddress(v4: 0x0a00_0201), 9000)
  /// Where the proxy listens.
  let entrance = Endpoint(IPAddress(v4: 0x0a00_0001), 8000)
  /// Records of the sessions that are over.
  private(set) var records: [SessionRecord] = []
  /// Everything else that was told.
  private(set) var notices: [LogRecord] = []
  /// What all of that was about, in order.
  private(set) var events: [LogEvent] = []
  private(set) var turns = 0
  private var transport: SimulatedTransport
  private var proxy: Proxy<SimulatedTransport>
  private let shared: SharedState
  private let sessionsMax: Int
  private var configuration: Configuration
  /// What became of the last change of the configuration.
  private(set) var outcome = Reload.Next.wait

  init(
    timeouts: Timeouts = Timeouts(), limits: HostLimits = HostLimits(), sessionsMax: Int = 1000,
    log: LogSettings = LogSettings(), seed: UInt64 = 0, _ change: (inout Configuration) -> Void = { _ in }
  ) throws {
    clients = network.addHost("clients", IPAddress(v4: 0x0a00_0101))
    host = network.addHost("porxy", entrance.address, limits: limits)
    server = network.addHost("server", door.address)
    configuration = Configuration(
      listeners: [Listener(name: "in", backend: 0, endpoints: [entrance], timeouts: timeouts)],
      backends: [
        Backend(
          name: "out", host: .address(door.address), port: door.port, timeouts: Timeouts(keepalive: timeouts.keepalive))
      ])
    configuration.log = log
    change(&configuration)
    transport = SimulatedTransport(on: host, of: network)
    self.sessionsMax = sessionsMax
    shared = SharedState(configuration, sessionsMax: sessionsMax, seed: seed)
    proxy = Proxy(shared: shared)
    guard proxy.start(on: &transport).isEmpty else { throw Complaint() }
  }

  var sessionCount: Int { proxy.sessionCount }
  /// Where it listens, by the transport's names of its listeners.
  var listening: [ListenerID] {
    (0..<proxy.listeners.extent).filter { proxy.listeners.contains($0) }.map { proxy.listeners[$0].id }
  }

  /// Active checks that are under way, and what they make of the first endpoint.
  var checkCount: Int { proxy.checkCount }
  var health: EndpointAccount.Health { shared.generation.routes[0].endpoints[0].health }

  /// Looks at backends that refused, for `mirror`.
  var lookCount: Int { proxy.looks.count }

  /// Plans and backends that the worker knows.
  var known: (plans: Int, backends: Int) { (proxy.plans.count, proxy.backends.count) }

  /// Sessions whose backend is connected.
  var connectedSessions: Int {
    (0..<proxy.sessions.extent).count { proxy.sessions.contains($0) && proxy.sessions[$0].isConnected }
  }

  /// Places with the endpoints of its backend that are taken.
  var placesByEndpoint: [Int] { endpointStates.map(\.sessions) }
  var endpointStates: [EndpointState] { shared.generation.endpointStates(at: network.now) }
  var places: Int { placesByEndpoint.reduce(0, +) }

  /// The most reads that moved bytes from one socket in a turn.
  var pullsInTurnMax: UInt32 { transport.pullsInTurnMax }

  /// Accounts of listeners that the process keeps.
  var accounts: Int { shared.accountCount }

  /// Takes as many plans as there can be besides `spare`, as sessions of that many configurations would.
  func fillPlans(butFor spare: Int) {
    let route = shared.generation.routes[0]
    while proxy.plans.count + spare < Int(Proxy<SimulatedTransport>.plansMax) {  // bound: the plans
      proxy.join(proxy.makePlan(for: route))
    }
  }

  /// Gives the proxy another configuration between two turns. With `cancelledAt`, the change is cancelled while the
  /// worker takes that step.
  func configure(
    cancelledAt: ReloadStep? = nil, before: (ReloadStep) -> Void = { _ in }, _ change: (inout Configuration) -> Void
  ) {
    change(&configuration)
    shared.prepare(configuration)
    var reload = Reload(to: configuration, workers: 1)
    var next = reload.first
    while case .post(let step, to: _) = next {  // bound: the steps
      before(step)
      if step == .serve { shared.carryOut(sessionsMax: sessionsMax) }
      proxy.handle(.control(.reload(step)), on: &transport)
      var answer: Reload.Answer?
      proxy.takeAnswers { if case .step(let step) = $0 { answer = step } }
      guard let answer else { break }
      let abandon = step == cancelledAt ? reload.cancel() : nil
      let afterAnswer = reload.note(answer)
      next = abandon ?? afterAnswer
    }
    if case .done = next { shared.finishReload(isDone: true) } else { shared.finishReload(isDone: false) }
    outcome = next
  }

  /// Another worker learns the addresses of a name.
  func learn(_ name: String, _ addresses: [IPAddress]) { shared.names.entry(for: name).learn(addresses, network.now) }

  /// Asks the proxy between two turns; nil if it leaves no answer.
  func reply(to inquiry: Inquiry) -> Reply? {
    proxy.handle(.control(.ask(inquiry, number: 7)), on: &transport)
    var reply: Reply?
    proxy.takeAnswers { if case .reply(let answer, to: 7, worker: 0) = $0 { reply = answer } }
    return reply
  }

  func call() throws -> Socket { try network.call(entrance, on: clients) }

  func turn(until end: Instant) {
    proxy.turn(until: end, on: &transport)
    turns += 1
    proxy.takeRecords {
      events.append($0.event)
      if case .session(let record) = $0 { records.append(record) } else { notices.append($0) }
    }
  }

  func serve(until end: Instant) {
    while network.now < end { turn(until: end) }  // bound: virtual time
  }

  func serve(for time: Duration) { serve(until: network.now + time) }
}
