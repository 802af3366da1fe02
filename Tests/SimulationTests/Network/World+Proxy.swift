import PorxyCore
import PorxySimulation

extension World {
  private static let configuration = Configuration(
    listeners: [Listener(name: "in", backend: 0, endpoints: [Endpoint(.anyV4, 8000)])],
    backends: [Backend(name: "out", host: .name("backend"), port: 80)])

  /// Runs the proxy until every session is over, or three hours after the last fault; answers the sessions' records.
  func runProxy(
    sessions: Int, every interval: Duration, length: Duration = .seconds(4), checksEvery: Int = 1
  ) throws -> (records: [SessionRecord], left: Int) {
    var transport = SimulatedTransport(on: porxy, of: network)
    var proxy = Proxy<SimulatedTransport>(
      shared: SharedState(Self.configuration, sessionsMax: 1000))
    guard proxy.start(on: &transport).isEmpty else { throw Complaint(text: "it does not listen") }
    crowd.come(sessions, every: interval, on: network)
    let healed = network.now + length
    let end = healed + .seconds(3600 * 3)
    var hasHealed = false
    var records: [SessionRecord] = []
    var turns = 0
    while network.now < end {  // bound: virtual time
      proxy.turn(until: hasHealed ? end : healed, on: &transport)
      proxy.takeRecords { if case .session(let record) = $0 { records.append(record) } }
      turns += 1
      if turns % checksEvery == 0, let complaint = network.check().first { throw Complaint(text: complaint) }
      if network.now >= healed, !hasHealed {
        network.heal()
        hasHealed = true
      }
      if hasHealed, proxy.sessionCount == 0, network.nextEventTime == nil { break }
    }
    return (records, proxy.sessionCount)
  }
}
