import PorxyCore
import PorxySimulation
import Testing

#if DEBUG
  private let isRelease = false
#else
  private let isRelease = true
#endif

/// Speed and memory of the network itself; only an optimised build says something about them.
@Suite("simulated network: speed", .enabled(if: isRelease))
struct SpeedTests {
  @Test("short relayed sessions, and none of them leaves anything")
  func shortSessions() throws {
    let world = World(Seed(1), length: 2000)
    let clock = ContinuousClock()
    let sessions = 40_000
    let taken = try clock.measure {
      let left = try world.run(sessions: sessions, every: .milliseconds(5), length: .seconds(400), checksEvery: 100_000)
      #expect(left == 0)
    }
    let rate = Double(sessions) / (taken / .seconds(1))
    print("\(Int(rate)) relayed sessions a second, \(world.network.eventCount / UInt64(sessions)) events each")
    // Half of what is asked for, so that a busy machine does not fail it.
    #expect(rate > 10_000)
    #expect(world.network.netstat().sockets == 0)
    #expect(world.network.socketsMax < 100)
  }
}
