import PorxyCore

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
    steps.append(Step(.socket(role, deed(place, isClient))))
  }

  private mutating func deed(_ place: Int, _ isClient: Bool) -> SocketAction {
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
        let deeds = [
          SocketAction.event([]), .poll([]), .state(.established), receive, .error(nil), .send(1, .taken), .poll([]),
          receive, .state(.established),
        ]
        steps += deeds.map { Step(.socket(role, $0)) }
      }
    }
  }
}
