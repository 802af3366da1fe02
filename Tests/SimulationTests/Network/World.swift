import PorxyCore
import PorxySimulation

/// Clients, a relay on a simulated transport, and a server, run to the end under a plan.
struct World {
  static let topology = Topology(clients: ["client1", "client2"], proxy: "porxy", servers: ["server"])

  let network: Network
  let crowd: Crowd
  let porxy: HostID

  init(_ seed: Seed, plan: Plan = Plan(), length: UInt32 = 30_000, limits: HostLimits = HostLimits()) {
    network = Network(seed)
    let one = network.addHost("client1", IPAddress(v4: 0x0a00_0001), limits: limits)
    let two = network.addHost("client2", IPAddress(v4: 0x0a00_0002), limits: limits)
    porxy = network.addHost("porxy", IPAddress(v4: 0x0a00_0003), limits: limits)
    let server = network.addHost("server", IPAddress(v4: 0x0a00_0004), limits: limits)
    network.setName("backend", to: [IPAddress(v4: 0x0a00_0004)])
    crowd = Crowd(
      network, clients: [one, two], server: server, entrance: Endpoint(IPAddress(v4: 0x0a00_0003), 8000),
      length: length)
    network.peers = crowd
    network.adopt(plan)
  }

  static let backend = Endpoint(IPAddress(v4: 0x0a00_0004), 80)

  /// Lets so many sessions come and go, heals the network after `length`, and goes on until all is quiet, or an hour.
  ///
  /// Answers how many sessions the relay still has.
  func run(sessions: Int, every interval: Duration, length: Duration, checksEvery: UInt64 = 64) throws -> Int {
    var transport = SimulatedTransport(on: porxy, of: network)
    var relay = Relay(to: Self.backend, by: .pipe)
    try relay.open(8000, on: &transport)
    crowd.come(sessions, every: interval, on: network)
    let healed = network.now + length
    let end = healed + .seconds(3600)
    var turns: UInt64 = 0
    var hasHealed = false
    while network.now < end {  // bound: virtual time
      relay.turn(on: &transport, until: hasHealed ? end : healed)
      turns += 1
      if turns % checksEvery == 0, let complaint = network.check().first { throw Complaint(text: complaint) }
      if network.now >= healed, !hasHealed {
        network.heal()
        hasHealed = true
      }
      if hasHealed, network.nextEventTime == nil { break }
    }
    if let complaint = network.check().first { throw Complaint(text: complaint) }
    return relay.sessions
  }

  struct Complaint: Error {
    let text: String
  }
}
