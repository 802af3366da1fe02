import PorxyCore

/// Draws scenarios that make sense from a seed: up to three clients that connect, talk, end and look, and nobody who
/// uses a socket that it has closed or leaves more unread than buffers hold, so that every outcome is certain.
public struct DrawnScenario: Sendable {
  /// The most that is on its way unread in one direction: less than a socket's buffer.
  private static let unreadMax: UInt64 = 50_000
  private static let sizes: [UInt64] = [1, 2, 3, 100, 1000, 17_000, 30_000]
  private static let latencies: [Duration] = [
    .microseconds(1), .milliseconds(1), .milliseconds(30), .milliseconds(120),
  ]
  /// Faults that nobody may see, each with its number.
  private static let faults: [(kind: FaultKind, amount: UInt64)] = [
    (.shortMoves, 400), (.spuriousReadiness, 300), (.staleReadiness, 500), (.delayedReadiness, 3_000_000),
    (.mergedReadiness, 3_000_000), (.interrupted, 300), (.abortedAccept, 300),
  ]
  private static let waits: [Duration] = [.milliseconds(1), .milliseconds(300), .seconds(2), .seconds(90)]

  private struct Peer {
    var isOpen = true
    /// What it has sent and the other has not received.
    var unread: UInt64 = 0
  }

  private var random: Xoshiro256
  private var clients: [Peer] = []
  private var servers: [Peer] = []
  private var steps: [Step] = []

  /// A scenario of at most so many steps before everybody looks at what is left.
  public static func draw(_ seed: Seed, stepsMax: Int = 12, clientsMax: Int = 2) -> Scenario {
    var drawn = DrawnScenario(seed)
    let count = drawn.random.integer(in: 2...stepsMax)
    var settings = [Setting.differs([.resetBehindBothEnds])]
    if drawn.random.chance(1, in: 2) { settings.append(.latency(drawn.random.pick(Self.latencies))) }
    drawn.addFaults()
    let first = drawn.steps.count
    drawn.connect()
    while drawn.steps.count < first + count { drawn.addStep(clientsMax) }  // bound: each adds one
    drawn.look()
    return Scenario(title: "drawn from \(seed)", settings: settings, steps: drawn.steps)
  }

  private init(_ seed: Seed) {
    random = Chance(seed).generator(.peer, 0)
  }

  private mutating func addFaults() {
    for fault in Self.faults where random.chance(1, in: 5) {
      steps.append(Step(.host(.porxy, .suffer(fault.kind, fault.amount))))
    }
  }

  private mutating func connect() {
    clients.append(Peer())
    servers.append(Peer())
    steps.append(Step(.socket(.client(clients.count), .connect(.succeeds))))
  }

  private mutating func addStep(_ clientsMax: Int) {
    if clients.count < clientsMax, random.chance(1, in: 8) { return connect() }
    if random.chance(1, in: 12) { return steps.append(Step(.wait(random.pick(Self.waits)))) }
    let place = random.integer(in: 0...clients.count - 1)
    let isClient = random.chance(1, in: 2)
    guard isClient ? clients[place].isOpen : servers[place].isOpen else {
      return steps.append(Step(.settle))
    }
    let role = isClient ? Role.client(place + 1) : .server(place + 1)
    steps.append(Step(.socket(role, action(place, isClient))))
  }

  private mutating func action(_ place: Int, _ isClient: Bool) -> SocketAction {
    switch random.below(20) {
    case 0..<7: return send(place, isClient)
    case 7..<11:
      if isClient { servers[place].unread = 0 } else { clients[place].unread = 0 }
      return .receive(.unstated, nil)
    case 11..<13: return .finish(nil)
    case 13: return random.chance(1, in: 2) ? .shutReading(nil) : .shutBoth(nil)
    case 14: return .poll([])
    case 15: return .error(nil)
    case 16: return .event([])
    case 17, 18:
      close(place, isClient)
      return .close
    default:
      close(place, isClient)
      return .reset
    }
  }

  private mutating func send(_ place: Int, _ isClient: Bool) -> SocketAction {
    let unread = isClient ? clients[place].unread : servers[place].unread
    let size = random.pick(Self.sizes)
    guard unread + size <= Self.unreadMax else { return .poll([]) }
    if isClient { clients[place].unread += size } else { servers[place].unread += size }
    return .send(size, .taken)
  }

  private mutating func close(_ place: Int, _ isClient: Bool) {
    if isClient { clients[place].isOpen = false } else { servers[place].isOpen = false }
  }

  /// Everybody who can looks at what is left.
  private mutating func look() {
    for place in clients.indices {
      for role in [Role.client(place + 1), .server(place + 1)] {
        guard role.place == .server ? servers[place].isOpen : clients[place].isOpen else { continue }
        for action in [SocketAction.poll([]), .receive(.unstated, nil), .error(nil), .send(1, .taken), .poll([])] {
          steps.append(Step(.socket(role, action)))
        }
        steps.append(Step(.socket(role, .receive(.unstated, nil))))
      }
    }
  }
}

/// Draws scenarios of clients and a server without a proxy, to hold one kernel against another: everything that sockets
/// can do and be asked in any order, so long as no outcome depends on time or on how exactly a buffer is filled.
public struct DrawnDirectScenario: Sendable {
  /// The most that is on its way unread in one direction: less than a socket's buffer.
  private static let unreadMax: UInt64 = 50_000
  private static let unreadOfSmallMax: UInt64 = 4000
  private static let sizes: [UInt64] = [0, 1, 2, 3, 100, 1000, 17_000, 30_000]
  private static let smallSizes: [UInt64] = [0, 1, 3, 100, 1000]

  private struct Peer {
    var isOpen = true
    /// It connects, and nobody looks at what comes of it.
    var hasBegun = true
    /// What it has sent and the other has not received.
    var unread: UInt64 = 0
    /// Everything on the way to the other is full.
    var isFull = false
    var isSmall = false
  }

  private var random: Xoshiro256
  private var clients: [Peer] = []
  private var servers: [Peer] = []
  private var steps: [Step] = []
  private var settings: [Setting] = []
  private var acceptsWhenTold = false
  private var isListening = true
  private var isSmall = false
  private var hasBacklog = false

  /// A scenario of at most so many steps before everybody looks at what is left, with at most so many clients.
  public static func draw(_ seed: Seed, stepsMax: Int = 12, clientsMax: Int = 3) -> Scenario {
    var drawn = DrawnDirectScenario(seed)
    let count = drawn.random.integer(in: 2...stepsMax)
    drawn.addSettings()
    let clients = drawn.random.chance(1, in: 3) ? drawn.random.integer(in: 1...clientsMax) : 1
    drawn.connect()
    while drawn.steps.count < count { drawn.addStep(clients) }  // bound: each adds one
    drawn.look()
    return Scenario(title: "drawn from \(seed)", settings: drawn.settings, steps: drawn.steps)
  }

  private init(_ seed: Seed) {
    random = Chance(seed).generator(.peer, 1)
  }

  private mutating func addSettings() {
    settings.append(.arms([.direct]))
    isSmall = random.chance(1, in: 4)
    acceptsWhenTold = random.chance(1, in: 4)
    var host: [HostSetting] = []
    if isSmall { host = [.sendBuffer(8192), .receiveBuffer(12_288)] }
    if !host.isEmpty { settings.append(.client(host)) }
    if acceptsWhenTold { host.append(.acceptsWhenTold) }
    if acceptsWhenTold, random.chance(1, in: 6) {
      host.append(.backlog(random.below(2)))
      hasBacklog = true
    }
    if random.chance(1, in: 30) {
      host.append(.doesNotListen)
      isListening = false
    }
    if !host.isEmpty { settings.append(.server(host)) }
  }

  private mutating func connect() {
    clients.append(Peer(isSmall: isSmall))
    servers.append(Peer(isSmall: isSmall))
    let begins = !isListening || hasBacklog || random.chance(1, in: 6)
    steps.append(Step(.socket(.client(clients.count), .connect(begins ? .begins : .succeeds))))
  }

  private mutating func addStep(_ clientsMax: Int) {
    if clients.count < clientsMax, random.chance(1, in: 5) { return connect() }
    if random.chance(1, in: 40) {
      isListening.toggle()
      return steps.append(Step(.listener(isListening ? .listen : .stopListening)))
    }
    if acceptsWhenTold, random.chance(1, in: 4) {
      return steps.append(Step(.socket(.server(1), .accept(.succeeds))))
    }
    let place = random.integer(in: 0...clients.count - 1)
    let isClient = random.chance(1, in: 2)
    guard isClient ? clients[place].isOpen : servers[place].isOpen else {
      return steps.append(Step(.settle))
    }
    let role = isClient ? Role.client(place + 1) : .server(place + 1)
    steps.append(Step(.socket(role, action(place, isClient))))
  }

  private mutating func action(_ place: Int, _ isClient: Bool) -> SocketAction {
    switch random.below(26) {
    case 0..<6: return send(place, isClient)
    case 6..<9:
      if isClient { servers[place].unread = 0 } else { clients[place].unread = 0 }
      if isClient { servers[place].isFull = false } else { clients[place].isFull = false }
      return .receive(isSmall ? .some : .unstated, nil)
    case 9..<11: return .finish(nil)
    case 11: return .shutReading(nil)
    case 12: return .shutBoth(nil)
    case 13..<16: return .poll([])
    case 16: return .error(nil)
    case 17..<19: return .event([])
    case 19..<21: return .state(.established)
    case 21: return isSmall ? fill(place, isClient) : .sendUrgent(.taken)
    case 22, 23:
      close(place, isClient)
      return .close
    case 24:
      close(place, isClient)
      return .reset
    default: return .receive(isSmall ? .some : .unstated, nil)
    }
  }

  private mutating func send(_ place: Int, _ isClient: Bool) -> SocketAction {
    let sender = isClient ? clients[place] : servers[place]
    let size = random.pick(isSmall ? Self.smallSizes : Self.sizes)
    let most = isSmall ? Self.unreadOfSmallMax : Self.unreadMax
    guard sender.unread + size <= most, !sender.isFull else { return .poll([]) }
    if isClient { clients[place].unread += size } else { servers[place].unread += size }
    return .send(size, .taken)
  }

  private mutating func fill(_ place: Int, _ isClient: Bool) -> SocketAction {
    if isClient { clients[place].isFull = true } else { servers[place].isFull = true }
    return .sendUntilBlocked
  }

  private mutating func close(_ place: Int, _ isClient: Bool) {
    if isClient { clients[place].isOpen = false } else { servers[place].isOpen = false }
  }

  /// Everybody who can looks at what is left.
  private mutating func look() {
    let receive = SocketAction.receive(isSmall ? .some : .unstated, nil)
    for place in clients.indices {
      for role in [Role.client(place + 1), .server(place + 1)] {
        guard role.place == .server ? servers[place].isOpen : clients[place].isOpen else { continue }
        let actions = [
          SocketAction.event([]), .poll([]), .state(.established), receive, .error(nil), .send(1, .taken), .poll([]),
          receive, .state(.established),
        ]
        steps += actions.map { Step(.socket(role, $0)) }
      }
    }
  }
}
