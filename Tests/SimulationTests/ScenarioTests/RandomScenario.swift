import PorxyCore
import PorxySimulation

/// Draws scenarios that use the whole vocabulary; they need make no sense.
struct RandomScenario {
  private var random: Xoshiro256
  /// The scenario being drawn has the listeners of the settings.
  private var hasListeners = false
  private var hasEndpoints = false

  init(seed: UInt64) {
    random = Xoshiro256(seed: seed)
  }

  mutating func next() -> Scenario {
    var settings = allSettings()
    random.shuffle(&settings)
    settings.removeLast(random.integer(in: 0...settings.count))
    hasListeners = settings.contains(.listeners(Self.listeners))
    hasEndpoints = settings.contains(.endpoints(Self.endpoints))
    let steps = (0..<random.integer(in: 0...20)).map { _ in step() }
    return Scenario(
      title: random.pick(["a title", "two: words", "and client close"]), settings: settings, steps: steps)
  }

  /// Drops, doubles or replaces some characters.
  mutating func mutilate(_ text: String) -> String {
    var characters = Array(text)
    for _ in 0..<random.integer(in: 1...8) where !characters.isEmpty {
      let place = random.integer(in: 0...characters.count - 1)
      switch random.below(3) {
      case 0: characters.remove(at: place)
      case 1: characters.insert(characters[place], at: place)
      default: characters[place] = random.pick([" ", "\n", ",", ":", "#", "9", "é", "-"])
      }
    }
    return String(characters)
  }

  private mutating func number(from least: UInt64 = 0) -> UInt64 {
    max(least, random.pick([0, 1, 8, 1000, 65_535, 65_536, 1 << 20, (1 << 20) + 1, 12_288, 3 << 16]))
  }

  /// A time that a setting can be.
  private mutating func patience() -> Duration { max(duration(), .milliseconds(1)) }

  private mutating func duration(upTo most: Duration) -> Duration { min(max(duration(), .microseconds(1)), most) }

  private mutating func keepalive() -> Keepalive {
    let (idle, interval) = (duration(upTo: .seconds(32_767)), duration(upTo: .seconds(32_767)))
    return Keepalive(idle: max(idle, .seconds(1)), interval: max(interval, .seconds(1)), count: 5)
  }

  private mutating func duration() -> Duration {
    random.pick([
      .zero, .nanoseconds(1), .microseconds(250), .milliseconds(1500), .milliseconds(30), .seconds(90), .seconds(7200),
      .nanoseconds(1_000_001), .milliseconds(60_001), .seconds(Int64(random.below(100_000))),
      .nanoseconds(Int64(random.below(10_000_000_000))),
    ])
  }

  private mutating func error() -> SocketError { random.pick(SocketError.allCases) }

  private mutating func maybeError() -> SocketError? { random.chance(1, in: 2) ? error() : nil }

  private mutating func some<Item>(of items: [Item]) -> [Item] {
    (0..<random.integer(in: 1...3)).map { _ in random.pick(items) }
  }

  // MARK: Settings

  private mutating func allSettings() -> [Setting] {
    let arms = some(of: Arm.allCases)
    let differences = some(of: Difference.allCases)
    let client = [hostSetting(), hostSetting()]
    let server = [hostSetting()]
    let porxy = [porxySetting(), porxySetting(), porxySetting()]
    let targets = some(of: NameTarget.allCases)
    let hasV6 = !porxy.contains { $0 == .noV6 || $0 == .noWayToV6 }
    let family: IPAddress.Family = hasV6 && random.chance(1, in: 2) ? .v6 : .v4
    return [
      .rules(["RESET", "END"]), .row("C07"), .arms(arms), .differs(differences), .latency(duration(upTo: .seconds(60))),
      .family(family),
      .client(client),
      .server(server), .porxy(porxy), .name(targets), .listeners(Self.listeners),
      .endpoints(Self.endpoints),
    ]
  }

  private static let listeners = [
    SideListener("db", to: .address(.otherV6), sessionsMax: 3), SideListener("post", to: .name("mail")),
    SideListener("chain", to: .listener("db", name: nil)), SideListener("loop", to: .listener("loop", name: "me")),
  ]

  private static let endpoints = [
    EndpointSetting(.silent, weight: 3), EndpointSetting(.other, isBackup: true, isDrained: true),
    EndpointSetting(.serverV6, sessionsMax: 2),
  ]

  private mutating func hostSetting() -> HostSetting {
    let keepalive = keepalive()
    return random.pick([
      .sendBuffer(number(from: 1)), .receiveBuffer(number(from: 1)), .ports(7), .descriptors(9),
      .userTimeout(patience()), .keepalive(keepalive),
      .synRetries(2), .finTimeout(max(duration(upTo: .seconds(120)), .seconds(1))), .sharedHost, .doesNotListen,
      .acceptsWhenTold, .backlog(4),
    ])
  }

  private mutating func porxySetting() -> PorxySetting {
    random.pick([
      .workers(3), .relay(random.pick(RelayMode.allCases)), .connectTimeout(patience()), .idleTimeout(patience()),
      .userTimeout(patience()), .drainTimeout(duration()), .keepalive(nil), .keepalive(keepalive()), .mirror(true),
      .sessions(2),
      .descriptors(30), .ports(3), .sendBuffer(number(from: 1)), .receiveBuffer(number(from: 1)), .pipes(2),
      .keep(nil), .keep(patience()), .headers(.required), .headers(.foreign), .headers(.timeout(patience())),
      .headers(.toBackend(.v1)), .headers(.between(.v2)), .noV6,
      .noWayToV6, .attemptTimeout(nil), .attemptTimeout(patience()), .balance(random.pick(Balance.allCases)),
    ])
  }

  // MARK: Steps

  private mutating func step() -> Step {
    Step(
      action(), isImmediate: random.chance(1, in: 4), within: random.chance(1, in: 5) ? duration() : nil)
  }

  private mutating func action() -> Action {
    switch random.below(12) {
    case 0: .host(.client(random.integer(in: 1...3)), hostAction())
    case 1: .host(random.pick([.server, .other]), hostAction())
    case 2: .host(.porxy, random.chance(1, in: 2) ? .recover : suffering())
    case 3: .listener(random.pick([.listen, .stopListening, .shutListening, .poll(readiness()), .has(connections: 2)]))
    case 4: .network(networkAction())
    case 5: .name(hasListeners ? random.pick([nil, "mail", "me"]) : nil, nameAction())
    case 6: .porxy(porxyAction())
    case 7: random.chance(1, in: 3) ? .settle : .wait(duration())
    case 8, 9: .socket(.server(random.integer(in: 1...3)), serverAction())
    default: .socket(.client(random.integer(in: 1...3)), clientAction())
    }
  }

  private mutating func hostAction() -> HostAction {
    random.pick([.kill, .losePower, .restart, .hang, .resume, suffering(), .recover])
  }

  private mutating func suffering() -> HostAction {
    let kind = random.pick(FaultKind.allCases.filter { !$0.needsTwoHosts && !$0.needsName })
    return .suffer(kind, kind.amounts.lowerBound + random.below(kind.amounts.count > 1000 ? 1000 : 2))
  }

  private mutating func networkAction() -> NetworkAction {
    let place = random.pick([Place.client(1), .client(2), .server, .other])
    let way = Way(random.pick(Way.Direction.allCases), place)
    if way.direction != .both { return random.pick([.impose(.cut, way), .heal(way)]) }
    let trouble = random.pick([
      Trouble.cut, .stall, .slow(duration(upTo: .seconds(3600))), .jitter(duration(upTo: .seconds(3600))),
      .throttle(number(from: 100)), .lose(300), .reset,
      .refuse(error()), .lackPorts,
    ])
    return random.pick([.impose(trouble, way), .heal(way), .heal(nil)])
  }

  private mutating func nameAction() -> NameAction {
    random.pick([
      .resolves(some(of: NameTarget.allCases)), .takes(duration(upTo: .seconds(3600))), .fails(.unknownName),
      .fails(.unavailable), .hangs, .answers,
    ])
  }

  private mutating func porxyAction() -> PorxyAction {
    random.pick([
      .drain, .stop, .kill, .loseListeners, .reload(.none), .reload(.without("in")),
      .reload(.settings([.idleTimeout(.seconds(3)), .whenRemoved(.drain)])), .holds(sessions: 3),
      .end(.reset, client: 2, isFound: true), .end(.end, client: 1, isFound: false), .request(.pause, "in"),
      .request(.resume, hasListeners ? "db" : "in"), .waits(nil, client: 1), .waits(.both, client: 3),
      .tells(.client, .reset, nil),
      hasEndpoints ? .mark(random.pick([.other, .silent]), isDrained: random.chance(1, in: 2)) : .stop,
      .tells(.porxy, .timeout, .halfClosed),
      .tells(.backend, .vanished, .resolving), .tells(.backend, .refused, .connecting),
    ])
  }

  private mutating func clientAction() -> SocketAction {
    if random.chance(1, in: 8) {
      let listener = hasListeners ? random.pick([nil, "db", "chain"]) : nil
      return random.pick([
        .sendHeader(random.pick(SentHeader.allCases), random.pick([.whole, .next(2), .rest])),
        .connect(connectOutcome(), on: listener), .connectAgain(maybeError()), .connectToItself(connectOutcome()),
      ])
    }
    return peerAction()
  }

  private mutating func connectOutcome() -> ConnectOutcome {
    random.pick([.succeeds, .fails(error()), .begins, .isReset])
  }

  private mutating func serverAction() -> SocketAction {
    if random.chance(1, in: 8) {
      return random.pick([
        .accept(.succeeds), .accept(.nobody), .accept(.fails(error())), .absent, .receiveHeader(.none),
        .receiveHeader(.told(.extras)), .receiveHeader(.told(.v1)), .receiveHeader(.own(.v2, client: 1)),
        .receiveHeader(.own(.v1, client: 3)), .receiveHeader(.unknown(.v2)),
      ])
    }
    return peerAction()
  }

  private mutating func peerAction() -> SocketAction {
    switch random.below(8) {
    case 0: .send(number(), sendOutcome())
    case 1: .sendUrgent(sendOutcome())
    case 2: random.pick([.sendUntilBlocked, .keepSending(number(), until: error())])
    case 3, 4: reception()
    case 5: random.pick([.finish(maybeError()), .shutReading(maybeError()), .shutBoth(maybeError()), .close, .reset])
    case 6: random.pick([.poll(readiness()), .event(readiness()), .error(maybeError())])
    default:
      random.pick([
        .state(random.pick([.established, .closeWait, .timeWait, .synSent])),
        .set(.keepalive(keepalive()), maybeError()), .set(.userTimeout(patience()), maybeError()),
      ])
    }
  }

  private mutating func sendOutcome() -> SendOutcome { random.pick([.taken, .blocks, .fails(error())]) }

  private mutating func readiness() -> Readiness { Readiness(rawValue: UInt8(random.below(64))) }

  private mutating func reception() -> SocketAction {
    let stop: Stop? = random.pick([nil, .end, .nothing, .error(error())])
    return .receive(random.pick([.exactly(0), .exactly(number()), .all, .some, .unstated]), stop)
  }
}
