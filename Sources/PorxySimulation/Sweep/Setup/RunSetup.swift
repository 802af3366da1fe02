package import PorxyCore

/// Everything of a random run that is drawn before it begins: the network, porxy, the peers and the plan of faults. A
/// run's file holds one.
public struct RunSetup: Sendable, Equatable {
  /// What small chances are drawn from, and what the run was drawn from if nobody has changed it.
  public internal(set) var seed: Seed
  var plan = Plan()
  var clients: [ClientSetup] = []
  var servers: [ServerSetup] = []
  var listeners: [ListenerSetup] = []
  /// Names that backends have; a backend is `backend0` where it is the first of them.
  var names: [NameSetup] = []
  /// One-way times to each client's and server's host from porxy.
  var clientLatencies: [Duration] = []
  var serverLatencies: [Duration] = []
  var clientLimits = HostLimits()
  var porxyLimits = HostLimits()
  var serverLimits = HostLimits()
  /// Porxy's machine has a way to the IPv6 addresses of others.
  var routesV6 = true
  var workers = 1
  var relay = RelayMode.auto
  var sessionsMax: Int?
  /// Each server's backend has two endpoints besides, of which one refuses and one is silent, and this balance; nil: it
  /// has the server alone.
  var balance: Balance?
  /// All listeners have `mirror`.
  var isMirror = false
  var timeouts = Timeouts()
  /// Backends that are porxy's own listeners get PROXY headers of this version.
  var headers: ProxyProtocolVersion?
  /// When porxy reads its configuration again: by turns with a change that no peer can see, and as it was at first.
  var reloads: [Duration] = []
  /// What porxy is told to do, in order of time.
  var orders: [RunOrder] = []
  /// `resolve.keep` of all backends.
  var keep = ResolveSettings().keep
  /// `health` of the backends that are servers.
  var health: HealthSettings?
  /// What porxy makes go wrong on purpose. All of it only takes time.
  var liveFaults: [LiveFault] = []
  /// When all faults end.
  var length = Duration.zero

  static let backendPort: UInt16 = 9000
  static let entrancePort: UInt16 = 8000

  /// Nothing but small chances is drawn from the seed.
  init(_ seed: Seed) {
    self.seed = seed
  }

  /// The hosts of a client and a server, as faults call them.
  static func clientHost(_ place: Int) -> String { "client\(place + 1)" }
  static func serverHost(_ place: Int) -> String { "server\(place + 1)" }
  static let porxyHost = "porxy"
  static func name(_ place: Int) -> String { "backend\(place)" }

  /// Clients, those whose servers do not listen included.
  public var sessionCount: Int { clients.count }
  /// Faults of its plan.
  public var faultCount: Int { plan.faults.count }

  /// Performs the run and judges it; `entriesMax` is how many entries of the trace to keep.
  public func perform(entriesMax: Int = 0) -> RunOutcome { Run.perform(self, entriesMax: entriesMax) }

  var topology: Topology {
    Topology(
      clients: clientLatencies.indices.map(Self.clientHost), proxy: Self.porxyHost,
      servers: serverLatencies.indices.map(Self.serverHost),
      backendEndpoints: servers.enumerated().map {
        Topology.BackendEndpoint(server: $1.host, port: Self.backendPort + UInt16($0))
      },
      names: names.indices.map(Self.name), workers: workers)
  }
}

/// A listener of porxy's in a random run.
struct ListenerSetup: Sendable, Equatable {
  /// Whom its clients are passed to.
  enum Target: Sendable, Equatable {
    case server(Int)
    /// Another listener of porxy's, or the same one; `name` leads there, or else porxy's address does.
    case listener(Int, name: Int?)
  }

  var target: Target
  /// `limits.sessions` of the listener.
  var sessionsMax: Int?

  init(_ target: Target, sessionsMax: Int? = nil) {
    self.target = target
    self.sessionsMax = sessionsMax
  }
}

/// A client of a random run: when and where it comes, and what it is going to do.
struct ClientSetup: Sendable, Equatable {
  var startsAt: Duration
  /// Its place among the run's clients' hosts.
  var host: Int
  /// The place of the listener that it comes to.
  var listener: Int
  var peerPlan: PeerPlan
  /// What porxy's record of its session has to say; nil: whatever is true.
  var expectedRecord: ExpectedRecord?
}

/// A server of a random run, which is a backend of porxy's: all its connections behave alike.
struct ServerSetup: Sendable, Equatable {
  /// Its place among the run's servers' hosts.
  var host: Int
  /// The backend is this name of the run; nil: an address.
  var name: Int?
  /// Where the backend is an address, it is the host's IPv6 address.
  var isV6 = false
  /// Nobody listens where porxy would connect to.
  var isRefused: Bool
  var peerPlan: PeerPlan
}

/// A client, the server it is passed to, and what both are going to do, where each session has a server of its own.
package struct SessionSetup: Sendable, Equatable {
  package var startsAt: Duration
  /// Places among the run's clients' and servers' hosts.
  package var clientHost: Int
  package var serverHost: Int
  package var client: PeerPlan
  package var server: PeerPlan
  /// Nobody listens where porxy would connect to.
  package var isRefused: Bool
  /// What both of them know.
  let sizes: PeerPlan.Sizes

  /// Client's and server's profiles that have something to say to each other.
  private static let pairs: [(PeerProfile, PeerProfile)] = [
    (.asks, .answers), (.halfCloses, .echo), (.silent, .speaksFirst), (.byteByByte, .echo), (.streams, .echo),
    (.floods, .slowReader), (.slowReader, .floods), (.asks, .answersEarly), (.streams, .streams),
    (.halfCloses, .halfCloses),
  ]
}

extension SessionSetup {
  package init(_ own: inout Xoshiro256, lasting length: Duration, clients: Int, servers: Int, bytesMax: UInt64) {
    startsAt = .nanoseconds(Int64(own.below(length.nanoseconds / 2)))
    clientHost = Int(own.below(UInt64(clients)))
    serverHost = Int(own.below(UInt64(servers)))
    sizes = PeerPlan.Sizes(
      question: Self.size(&own, bytesMax / 4 + 1), answer: Self.size(&own, bytesMax / 4 + 1),
      rounds: 1 + Int(own.below(3)), most: bytesMax)
    var profiles = (own.pick(PeerProfile.allCases), own.pick(PeerProfile.allCases))
    if own.chance(1, in: 2) { profiles = own.pick(Self.pairs) }
    client = PeerPlan(profiles.0, sizes, &own)
    server = PeerPlan(profiles.1, sizes, &own)
    isRefused = own.chance(1, in: 16)
  }

  /// What a client does that comes to the server of another session.
  func furtherClient(_ own: inout Xoshiro256) -> PeerPlan {
    let matching = Self.pairs.filter { $0.1 == server.profile }.map(\.0)
    let profile = matching.isEmpty || own.chance(1, in: 2) ? own.pick(PeerProfile.allCases) : own.pick(matching)
    return PeerPlan(profile, sizes, &own)
  }

  /// Evenly over the decades.
  private static func size(_ own: inout Xoshiro256, _ most: UInt64) -> UInt64 {
    var size: UInt64 = 1
    for _ in 0..<own.below(6) { size *= 10 }
    return min(size + own.below(size * 9), most)
  }
}

/// A name that backends of a random run have, and what it resolves to.
struct NameSetup: Sendable, Equatable {
  var targets: [RunTarget]

  init(_ targets: [RunTarget]) {
    self.targets = targets
  }
}

/// The addresses of a random run's hosts.
enum RunAddress {
  /// Addresses of a host that a name can have many of.
  static let fewMax = 64

  static func porxy(_ family: IPAddress.Family) -> IPAddress { address(0, 1, family) }
  static func client(_ place: Int, _ family: IPAddress.Family = .v4) -> IPAddress { address(1, place + 1, family) }
  static func server(_ place: Int, _ family: IPAddress.Family) -> IPAddress { address(2, place + 1, family) }
  /// `number` counts a host's addresses from 0.
  static func refusing(_ number: Int, _ family: IPAddress.Family) -> IPAddress { address(3, number + 1, family) }
  static func silent(_ number: Int, _ family: IPAddress.Family) -> IPAddress { address(4, number + 1, family) }
  static func unreachable(_ number: Int, _ family: IPAddress.Family) -> IPAddress { address(5, number + 1, family) }

  private static func address(_ net: UInt64, _ host: Int, _ family: IPAddress.Family) -> IPAddress {
    switch family {
    case .v4: IPAddress(v4: 0x0a00_0000 | UInt32(net << 8) | UInt32(host))
    case .v6: IPAddress(v6: 0xfd00 << 48 | net, UInt64(host))
    }
  }
}

/// An address that a name of a random run can have, IPv4 or IPv6.
enum RunTarget: Sendable, Equatable {
  /// The server's host of this place.
  case server(Int, IPAddress.Family)
  /// A host where nobody listens.
  case refusing(IPAddress.Family)
  /// A host that never answers.
  case silent(IPAddress.Family)
  /// Porxy's own host.
  case porxy(IPAddress.Family)
  /// A network that no host has a way to.
  case unreachable(IPAddress.Family)

  var family: IPAddress.Family {
    switch self {
    case .server(_, let family), .refusing(let family), .silent(let family), .porxy(let family),
      .unreachable(let family):
      family
    }
  }
}
