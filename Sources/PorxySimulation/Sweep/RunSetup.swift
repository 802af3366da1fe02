import PorxyCore

/// Everything of a random run that is drawn before it begins: the network, porxy, the peers and the plan of faults.
struct RunSetup: Sendable, Equatable {
  let seed: Seed
  var plan: Plan
  var sessions: [SessionSetup]
  /// One-way times to each client's and server's host from porxy.
  var clientLatencies: [Duration]
  var serverLatencies: [Duration]
  var clientLimits = HostLimits()
  var porxyLimits = HostLimits()
  var serverLimits = HostLimits()
  var relay: RelayMode
  /// The backends are names, and what those stand for besides the server.
  var names: NameKind?
  var sessionsMax: Int?
  var timeouts = Timeouts()
  /// When all faults end.
  var length: Duration

  /// What a backend's name leads to.
  enum NameKind: Sendable, CaseIterable {
    case server
    case refusingThenServer
    case silentThenServer
  }

  var topology: Topology {
    Topology(
      clients: clientLatencies.indices.map { "client\($0 + 1)" }, proxy: "porxy",
      servers: serverLatencies.indices.map { "server\($0 + 1)" })
  }

  /// Nothing but small chances is drawn from the seed.
  init(_ seed: Seed) {
    self.seed = seed
    (plan, sessions, clientLatencies, serverLatencies) = (Plan(), [], [], [])
    (relay, length) = (.auto, .zero)
  }

  init(drawing seed: Seed) {
    self.seed = seed
    let chance = Chance(seed)
    var own = chance.generator(.peer, 1 << 32)
    length = .milliseconds(500 + Int(own.below(12_000)))
    clientLatencies = (0...own.below(3)).map { _ in Self.latency(&own) }
    serverLatencies = (0...own.below(2)).map { _ in Self.latency(&own) }
    relay = own.pick(RelayMode.allCases)
    plan = Plan()
    sessions = []
    Self.draw(&clientLimits, &own)
    Self.draw(&porxyLimits, &own)
    Self.draw(&serverLimits, &own)
    if own.chance(1, in: 4) { porxyLimits.pipesMax = Int(own.below(3)) }
    if own.chance(1, in: 4) { porxyLimits.blocksMax = Int(own.below(3)) }
    names = own.chance(1, in: 3) ? own.pick(NameKind.allCases) : nil
    if own.chance(1, in: 12) { sessionsMax = 1 + Int(own.below(4)) }
    if own.chance(1, in: 12) { timeouts.idle = .seconds(1 + Int(own.below(60))) }
    if own.chance(1, in: 12) { timeouts.connect = .seconds(1 + Int(own.below(20))) }
    if own.chance(1, in: 12) { timeouts.user = .seconds(1 + Int(own.below(60))) }
    let bytesMax = Self.bytesMax(self)
    for number in 0...own.below(12) {
      var its = chance.generator(.peer, number)
      sessions.append(
        SessionSetup(
          &its, lasting: length, clients: clientLatencies.count, servers: serverLatencies.count,
          bytesMax: bytesMax))
    }
    plan = Plan.draw(seed, for: topology, lasting: length)
    narrow(to: own.below(6))
  }

  /// Half of all runs are such that what the peers see is foretold, and some such that it can be compared.
  private mutating func narrow(to kind: UInt64) {
    guard kind < 4 else { return }
    plan.faults.removeAll { fault in
      switch kind {
      case 0: !fault.kind.isLocal
      case 1: !fault.kind.isNeutral && !fault.kind.isShortage
      default: !fault.kind.isNeutral
      }
    }
    (sessionsMax, timeouts) = (nil, Timeouts())
    guard kind == 0 else { return }
    names = nil
    for limits in [\RunSetup.clientLimits, \.porxyLimits, \.serverLimits] {
      self[keyPath: limits].sendCapacity = Self.roomy
      self[keyPath: limits].receiveCapacity = Self.roomy
    }
  }

  /// All bytes of a session.
  private static let roomy: UInt32 = 1 << 20

  /// What goes through in ten seconds when the smallest buffer is filled once a round trip.
  private static func bytesMax(_ setup: RunSetup) -> UInt64 {
    let least = min(setup.clientLimits.least, setup.porxyLimits.least, setup.serverLimits.least)
    let way = (setup.clientLatencies.max() ?? .zero) + (setup.serverLatencies.max() ?? .zero)
    let trips = 10_000_000_000 / max(2 * way.nanoseconds, 1)
    return min(UInt64(least) * min(max(trips, 1), 100), 400_000)
  }

  private static func latency(_ own: inout Xoshiro256) -> Duration {
    .microseconds(own.pick([5, 50, 50, 300, 1_000, 8_000, 40_000, 150_000]))
  }

  private static func draw(_ limits: inout HostLimits, _ own: inout Xoshiro256) {
    limits.sendCapacity = own.pick([65_536, 65_536, 212_992, 16_384, 4_096, 700, 64])
    limits.receiveCapacity = own.pick([65_536, 65_536, 131_072, 16_384, 4_096, 700, 64])
    if own.chance(1, in: 6) { limits.finTimeout = .seconds(1 + Int(own.below(10))) }
  }
}

extension HostLimits {
  fileprivate var least: UInt32 { min(sendCapacity, receiveCapacity) }
}

extension RunSetup {
  /// Nothing but time is touched by the faults: what the peers see is what they would see without them, only later.
  var isNeutral: Bool {
    sessionsMax == nil && timeouts == Timeouts() && plan.faults.allSatisfy { $0.kind.isNeutral }
  }

  /// Shortages on porxy's machine, and nothing else that keeps a client from its server for long.
  var runsShortOnly: Bool {
    sessionsMax == nil && timeouts == Timeouts()
      && plan.faults.allSatisfy { $0.kind.isNeutral || $0.kind.isShortage }
  }

  /// Nothing delays one part of the network and not the others, and nobody waits for room, of which there is more with
  /// porxy than without: what the peers see can be compared with what they see direct.
  var isComparable: Bool {
    isNeutral && names == nil
      && [clientLimits, porxyLimits, serverLimits].allSatisfy { $0.least >= Self.roomy }
      && plan.faults.allSatisfy { $0.kind.isLocal }
  }
}

extension FaultKind {
  fileprivate var isNeutral: Bool {
    switch self {
    case .latency, .jitter, .stall, .loss, .hang, .conduitsExhausted, .slowResolution,
      .changingResolution, .spuriousReadiness, .mergedReadiness, .delayedReadiness, .staleReadiness, .interrupted,
      .shortMoves:
      true
    default: false
    }
  }
}

extension FaultKind {
  fileprivate var isShortage: Bool {
    switch self {
    case .descriptorsOnAccept, .descriptorsOnConnect, .memory, .portsExhausted: true
    default: false
    }
  }

  /// It delays nothing by more than a turn of porxy's, and cuts no bytes apart that were sent at once.
  fileprivate var isLocal: Bool {
    switch self {
    case .changingResolution, .spuriousReadiness, .staleReadiness, .interrupted: true
    default: false
    }
  }
}
