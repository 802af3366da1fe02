import PorxyCore

/// The hosts of a run by their parts, as far as drawing a plan needs to know them.
public struct Topology: Sendable, Equatable {
  public var clients: [String]
  /// The host whose view a `SimulatedTransport` is.
  public var proxy: String
  public var servers: [String]
  /// Where the servers listen, each with its host's place among `servers`.
  public var backendEndpoints: [BackendEndpoint]
  /// Names that the proxy resolves.
  public var names: [String]
  /// Workers of the proxy.
  public var workers: Int

  /// A port of a server's host.
  public struct BackendEndpoint: Sendable, Equatable {
    public var server: Int
    public var port: UInt16

    public init(server: Int, port: UInt16) {
      self.server = server
      self.port = port
    }
  }

  public init(
    clients: [String], proxy: String, servers: [String], backendEndpoints: [BackendEndpoint] = [], names: [String] = [],
    workers: Int = 1
  ) {
    self.clients = clients
    self.proxy = proxy
    self.servers = servers
    self.backendEndpoints = backendEndpoints
    self.names = names
    self.workers = workers
  }

  var peers: [String] { clients + servers }
}

/// Which faults come when, and on what: drawn up front from a seed, printed, edited and replayed.
public struct Plan: Sendable, Equatable {
  public var faults: [Fault]

  public init(_ faults: [Fault] = []) {
    self.faults = faults
  }
}

extension Plan {
  /// Draws a plan for a run of about this length.
  ///
  /// Swarm testing: each seed switches a random subset of the kinds off, so that rare combinations are not drowned by
  /// common ones. One seed in eight has no fault, one in eight a single kind. Each fault that is drawn is drawn from a
  /// generator of its own, so the others stay what they are when it is taken out.
  public static func draw(_ seed: Seed, for topology: Topology, lasting length: Duration) -> Plan {
    let chance = Chance(seed)
    var swarm = chance.generator(.plan, 0)
    var kinds = FaultKind.allCases.filter { !$0.needsName || !topology.names.isEmpty }
    switch swarm.below(8) {
    case 0: return Plan()
    case 1: kinds = [swarm.pick(kinds)]
    default:
      let keep = 1 + swarm.below(7)
      kinds = kinds.filter { _ in swarm.chance(keep, in: 8) }
    }
    var faults: [Fault] = []
    for kind in kinds {
      var own = chance.generator(.plan, 1 + UInt64(kind.rawValue))
      for _ in 0...own.below(3) { faults.append(draw(kind, topology, length.nanoseconds, &own)) }
    }
    return Plan(faults)
  }

  private static func draw(
    _ kind: FaultKind, _ topology: Topology, _ length: UInt64, _ own: inout Xoshiro256
  ) -> Fault {
    let from = own.below(length + 1)
    let lasts = own.below(length / 2 + 1)
    let (host, other) = place(kind, topology, &own)
    let amount =
      switch kind {
      case .portsExhaustedTo: port(of: other, topology, &own)
      case .standstill where topology.workers > 1: own.below(UInt64(topology.workers) + 1)
      default: amount(kind, &own)
      }
    return Fault(
      kind, on: host, other, amount: amount, from: .nanoseconds(Int64(from)),
      until: .nanoseconds(Int64(from + lasts)))
  }

  private static func place(_ kind: FaultKind, _ topology: Topology, _ own: inout Xoshiro256) -> (String, String) {
    if kind == .portsExhaustedTo { return (topology.proxy, own.pick(topology.servers)) }
    if kind.needsName { return (topology.proxy, own.pick(topology.names)) }
    let peer = own.pick(topology.peers)
    if kind.needsTwoHosts { return own.chance(1, in: 2) ? (peer, topology.proxy) : (topology.proxy, peer) }
    switch kind {
    case .kill, .powerLoss, .restart, .hang: return (peer, "")
    case .refused: return (own.pick(topology.servers), "")
    case .acceptQueueFull: return (own.chance(1, in: 2) ? topology.proxy : own.pick(topology.servers), "")
    case .shortMoves: return (own.chance(3, in: 4) ? topology.proxy : peer, "")
    default: return (topology.proxy, "")
    }
  }

  /// One of those that a server's host listens at, or 0 for all of them.
  private static func port(of server: String, _ topology: Topology, _ own: inout Xoshiro256) -> UInt64 {
    let place = topology.servers.firstIndex(of: server)
    let ports = topology.backendEndpoints.filter { $0.server == place }.map { UInt64($0.port) }
    return own.chance(1, in: 2) || ports.isEmpty ? 0 : own.pick(ports)
  }

  private static func amount(_ kind: FaultKind, _ own: inout Xoshiro256) -> UInt64 {
    switch kind {
    case .latency, .jitter: magnitude(&own, 100_000, decades: 4)
    case .bandwidth: magnitude(&own, 1_000, decades: 4)
    case .slowResolution, .nameIsSlow: magnitude(&own, 1_000_000, decades: 5)
    case .mergedReadiness, .delayedReadiness: magnitude(&own, 1_000, decades: 5)
    case .conduitsExhausted: 1 + own.below(7)
    case .failingResolution, .nameFails: own.below(2)
    case .loss, .memory, .abortedAccept, .interrupted, .spuriousReadiness, .staleReadiness: 1 + own.below(300)
    case .synLost, .shortMoves, .middleboxReset: 1 + own.below(1000)
    default: 0
    }
  }

  /// Evenly over the decades above `least`.
  private static func magnitude(_ own: inout Xoshiro256, _ least: UInt64, decades: UInt64) -> UInt64 {
    var value = least
    for _ in 0..<own.below(decades) { value *= 10 }
    return value + own.below(value * 9)
  }
}
