import PorxyCore

// What can be foretold of a client, from what may touch it: its hosts, its names, the way through porxy, and porxy's
// machine. What befalls others does not (ALONE).
extension RunSetup {
  /// All bytes of a session.
  static let roomy: UInt32 = 1 << 20

  /// Faults of the plan that may touch a client on this way.
  func faults(on route: Route, ofClient number: Int) -> [Fault] {
    plan.faults.filter { touches($0, route, client: number) }
  }

  /// Nothing delays it but what its names may suffer.
  func isPromptButForNames(_ route: Route, client: Int) -> Bool {
    isUnlimited(route, client: client) && liveFaults.isEmpty
      && faults(on: route, ofClient: client).allSatisfy { $0.kind.isLocal || $0.kind.concernsNames }
  }

  private func touches(_ fault: Fault, _ route: Route, client number: Int) -> Bool {
    let client = Self.clientHost(clients[number].host)
    let servers = route.hosts.map(Self.serverHost)
    if fault.kind.needsName { return route.names.contains { Self.name($0) == fault.other } }
    if fault.kind == .noV6 { return route.usesV6 }
    if fault.kind.concernsNames, route.names.isEmpty { return false }
    if fault.kind == .portsExhaustedTo, fault.host == Self.porxyHost, fault.amount > 0, let server = route.server {
      return servers.contains(fault.other) && UInt64(Self.backendPort + UInt16(server)) == fault.amount
    }
    let ends = [fault.host, fault.other].filter { !$0.isEmpty }
    // Of a way between two hosts, one is porxy's.
    if fault.kind.needsTwoHosts { return ends.contains { $0 == client || servers.contains($0) } }
    return ends.contains { $0 == Self.porxyHost || $0 == client || servers.contains($0) }
  }

  /// Nobody but the client's own session has a say in when it gets a place, and no timeout ends it.
  private func isUnlimited(_ route: Route, client: Int) -> Bool {
    var patient = timeouts
    patient.drain = Timeouts().drain
    return sessionsMax == nil && patient == Timeouts() && !isInterfered(client)
      && route.listeners.allSatisfy { listeners[$0].sessionsMax == nil }
  }

  /// Porxy is told to end sessions, or a peer is cut off on its own account.
  private func isInterfered(_ client: Int) -> Bool {
    let plans = clients.map(\.peerPlan) + servers.map(\.peerPlan)
    return !orders.allSatisfy { isHarmless($0, client: client) } || plans.contains { $0.actions.contains(.vanish) }
  }

  /// A client that has connected before a signal has all the time that it needs (STOP).
  private func isHarmless(_ order: RunOrder, client: Int) -> Bool {
    guard order.kind == .drain, timeouts.drain >= Self.ampleDrain, stopsBy >= Self.ampleDrain else { return false }
    // Its way to porxy, and the rest of the handshake, which nothing may delay.
    let way = clientLatencies[clients[client].host] * 3 + Self.haste
    return clients[client].startsAt + way < order.at && plan.faults.allSatisfy(\.kind.isLocal) && liveFaults.isEmpty
  }

  /// Longer than any session takes.
  static let ampleDrain = Duration.seconds(2000)

  /// When porxy is told to stop; nil: at the end, when no session is left.
  var drainsAt: Duration? { orders.first { $0.kind == .drain || $0.kind == .stop }?.at }

  /// Until then sessions may go on.
  var stopsBy: Duration {
    let ends = orders.map { order in
      switch order.kind {
      case .drain: order.at + timeouts.drain
      case .stop: order.at
      case .reset: Duration.seconds(1 << 30)
      }
    }
    return ends.min() ?? .seconds(1 << 30)
  }

  /// Nothing but time is touched by the faults: what the peers see is what they would see without them, only later.
  func isNeutral(_ route: Route, client: Int) -> Bool {
    isUnlimited(route, client: client) && faults(on: route, ofClient: client).allSatisfy { $0.kind.isNeutral }
  }

  /// Shortages on porxy's machine, and nothing else that keeps a client from its server for long.
  func runsShortOnly(_ route: Route, client: Int) -> Bool {
    isUnlimited(route, client: client)
      && faults(on: route, ofClient: client).allSatisfy { $0.kind.isNeutral || $0.kind.isShortage }
  }

  /// Nothing at all delays it.
  func isPrompt(_ route: Route, client: Int) -> Bool {
    isFree(route, client: client) && liveFaults.isEmpty
  }

  private func isFree(_ route: Route, client: Int) -> Bool {
    isUnlimited(route, client: client) && faults(on: route, ofClient: client).allSatisfy { $0.kind.isLocal }
  }

  /// A fault of porxy's own has it read late, so that a reset may overtake what it has not read.
  private var readsLate: Bool {
    liveFaults.contains { fault in ["bandwidth", "slices", "stall"].contains { fault.line.hasPrefix($0) } }
  }

  /// Nothing delays one part of its way and not the others, and nobody waits for room, of which there is more with
  /// porxy than without: what the peers see can be compared with what they see direct.
  func isComparable(_ route: Route, client: Int) -> Bool {
    isFree(route, client: client) && route.names.isEmpty && isRoomy && !readsLate
  }

  private var isRoomy: Bool {
    [clientLimits, porxyLimits, serverLimits].allSatisfy { $0.least >= Self.roomy }
  }

  /// By then a prompt client has its server: three ways to and fro for each handshake, a lookup, and for each address
  /// that is tried before, the interval between two attempts (REFUSED). Whatever ails another backend, nothing is added
  /// to that (ALONE).
  func connectionMax(_ route: Route, client: Int) -> Duration {
    let far = route.server.map { serverLatencies[servers[$0].host] } ?? .zero
    let ways = (clientLatencies[clients[client].host] + far) * 3
    return ways + Self.haste * (1 + route.names.count + route.listeners.count)
      + Limits.attemptInterval * route.addressesBefore
  }

  /// By then porxy has refused a client: it may wait for what a lookup brings in addition.
  func refusalMax(_ route: Route, client: Int) -> Duration {
    let far = route.hosts.map { serverLatencies[$0] }.max() ?? .zero
    return connectionMax(route, client: client) + far * 3 + Limits.renewalPatience * route.names.count
  }

  /// A lookup that nothing delays takes less, and a turn of porxy's.
  private static let haste = Duration.milliseconds(5)
}

extension HostLimits {
  /// The smaller of its sockets' capacities.
  var least: UInt32 { min(sendCapacity, receiveCapacity) }
}

extension FaultKind {
  /// It changes when a side sees what it sees, and nothing else.
  var isNeutral: Bool {
    switch self {
    case .latency, .jitter, .stall, .loss, .hang, .conduitsExhausted, .slowResolution,
      .changingResolution, .spuriousReadiness, .mergedReadiness, .delayedReadiness, .staleReadiness, .interrupted,
      .shortMoves, .standstill, .hangingResolution, .nameHangs, .nameIsSlow, .nameChanges:
      true
    default: false
    }
  }

  /// Porxy's machine lacks something for a while.
  var isShortage: Bool {
    switch self {
    case .descriptorsOnAccept, .descriptorsOnConnect, .memory, .portsExhausted, .portsExhaustedTo: true
    default: false
    }
  }

  /// It delays nothing by more than a turn of porxy's, and cuts no bytes apart that were sent at once.
  var isLocal: Bool {
    switch self {
    case .changingResolution, .nameChanges, .spuriousReadiness, .staleReadiness, .interrupted: true
    default: false
    }
  }

  /// It is met by whoever looks a name up.
  fileprivate var concernsNames: Bool {
    switch self {
    case .slowResolution, .failingResolution, .changingResolution, .hangingResolution: true
    default: needsName
    }
  }
}
