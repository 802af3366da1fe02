import PorxyCore
import PorxySimulation
import TestSupport
import Testing

/// Timeouts of years, which no configuration may have but a scenario may.
@Suite(.timed) struct FarTimerTests {
  @Test(
    "IDLE: a timeout of years ends a session when it is over, and costs a few turns",
    arguments: [20_015, 30_000, 900_000])
  func waitsForYears(hours: Int) throws {
    let idle = Duration.seconds(hours * 3600)
    // Without probes, of which there would be millions.
    let porxy = try ProxyBox(timeouts: Timeouts(idle: idle, keepalive: nil))
    let network = porxy.network
    _ = try network.listen(on: porxy.server, porxy.door)
    // Not at the clock's beginning, where a wheel has all its slots ahead.
    porxy.serve(for: .seconds(400_000))
    _ = try porxy.call()
    porxy.serve(for: idle - .seconds(60))
    #expect(porxy.sessionCount == 1)
    porxy.serve(for: .seconds(120))
    #expect(porxy.sessionCount == 0)
    #expect(porxy.records.map(\.manner) == [.timeout])
    #expect(porxy.turns < 1000)
  }
}
