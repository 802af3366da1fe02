import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Clients of a backend towards which the only local port is in use.
@Suite(.timed) struct PortlessTests {
  private static let way = Duration.milliseconds(100)

  @Test("REFUSED: whoever is refused while another waits for a port is refused at once")
  func refusesAtOnce() throws {
    var limits = HostLimits()
    limits.ephemeralPorts = 40_000...40_000
    // Nobody listens at its backend.
    let porxy = try ProxyBox(limits: limits)
    porxy.network.setLink(between: porxy.host, porxy.server, Link(latency: Self.way))
    for _ in 0..<2 { _ = try porxy.call() }
    porxy.serve(for: .seconds(3))
    #expect(porxy.records.map(\.manner) == [.refused, .refused])
    let first = try #require(porxy.records.first)
    let took = first.endedAt.since(first.acceptedAt)
    // There and back; the port comes free with it, and the other's turn comes with the next try.
    #expect(took >= Self.way * 2 && took < Self.way * 2 + .milliseconds(2), "\(took)")
  }
}
