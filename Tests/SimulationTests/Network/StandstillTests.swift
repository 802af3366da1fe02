import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// A proxy that stands still, and finds more than a turn brings when it goes on.
@Suite(.timed) struct StandstillTests {
  private static let sessions = Limits.eventsPerTurn + 50

  @Test("more than one batch has come in time: nobody is called idle")
  func manyBatches() throws {
    let porxy = try ProxyBox(timeouts: Timeouts(idle: .seconds(2)))
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door, ListenOptions(backlog: 1000))
    let sockets = try (0..<Self.sessions).map { _ in try porxy.call() }
    let begun = network.now
    porxy.serve(until: begun + .seconds(1))
    #expect(porxy.sessionCount == Self.sessions)
    network.inject(Fault(.standstill, on: "porxy", from: network.elapsed, until: network.elapsed + .seconds(5)))
    for socket in sockets { #expect(network.send(socket, 1) == .bytes(1)) }
    porxy.serve(until: begun + .seconds(7))
    #expect(porxy.sessionCount == Self.sessions)
    porxy.serve(until: begun + .seconds(9))
    #expect(porxy.sessionCount == 0)
  }
}
