import PorxySimulation
import TestSupport
import Testing

@testable import PorxyCore

/// Clients that wait for the answer to their backend's name, more of them than one turn serves.
@Suite(.timed) struct WaitingForNamesTests {
  private static let waiting = Limits.dialsPerTurn + 6

  /// A proxy whose lookup takes a second, and so many clients that wait for it.
  private static func porxy() throws -> ProxyBox {
    let porxy = try ProxyBox { $0.backends[0].host = .name("backend") }
    let network = porxy.network
    network.setName("backend", to: [porxy.door.address])
    network.inject(Fault(.slowResolution, on: "porxy", amount: 1_000_000_000))
    _ = try network.listen(on: porxy.server, porxy.door, ListenOptions(backlog: 1000))
    for _ in 0..<waiting { _ = try porxy.call() }
    porxy.serve(for: .milliseconds(500))
    #expect(porxy.sessionCount == waiting && porxy.connectedSessions == 0)
    return porxy
  }

  /// Takes turns until one has served waiting clients.
  private static func awaitAnswer(_ porxy: ProxyBox) {
    let end = porxy.network.now + .seconds(10)
    while porxy.records.isEmpty, porxy.network.now < end { porxy.turn(until: end) }  // bound: virtual time
  }

  @Test("a lookup that brings nothing refuses all of them, a share in each turn")
  func refusesAll() throws {
    let porxy = try Self.porxy()
    porxy.network.inject(Fault(.failingResolution, on: "porxy"))
    Self.awaitAnswer(porxy)
    #expect(porxy.records.count == Limits.dialsPerTurn && porxy.sessionCount == 6)
    porxy.serve(for: .milliseconds(10))
    #expect(porxy.records.count == Self.waiting && porxy.records.allSatisfy { $0.manner == .refused })
  }

  @Test("what another worker has learned by their turn serves those who are left")
  func takesWhatIsLearnedMeanwhile() throws {
    let porxy = try Self.porxy()
    porxy.network.inject(Fault(.failingResolution, on: "porxy"))
    Self.awaitAnswer(porxy)
    #expect(porxy.records.count == Limits.dialsPerTurn && porxy.sessionCount == 6)
    porxy.learn("backend", [porxy.door.address])
    porxy.serve(for: .milliseconds(50))
    #expect(porxy.records.count == Limits.dialsPerTurn && porxy.connectedSessions == 6)
  }
}
