import Glibc
import PorxyCore
import PorxySimulation
import TestSupport
import Testing

#if DEBUG
  private let isRelease = false
#else
  private let isRelease = true
#endif

/// Speed and memory of the network; only an optimised build says something about them.
@Suite("simulated network: speed", .enabled(if: isRelease), .serialized, .timed)
struct SpeedTests {
  private let sessions = 40_000
  private let world = World(Seed(1), length: 2000)

  @Test("at least 20,000 short sessions a second and core through a relay, and none leaves anything")
  func relayed() throws {
    let began = Self.processorTime()
    let left = try world.run(
      sessions: sessions, every: .milliseconds(5), length: .seconds(400), checksEvery: 100_000)
    try judge(since: began, "relayed")
    #expect(left == 0)
    #expect(world.network.netstat().sockets == 0)
  }

  @Test("at least 20,000 short sessions a second and core through the proxy")
  func proxied() throws {
    let began = Self.processorTime()
    let (records, _) = try world.runProxy(
      sessions: sessions, every: .milliseconds(5), length: .seconds(400), checksEvery: 100_000)
    try judge(since: began, "proxied")
    #expect(records.count == sessions)
  }

  private func judge(since began: Duration, _ what: String) throws {
    let taken = Self.processorTime() - began
    let rate = Double(sessions) / (taken / .seconds(1))
    let ratio = world.network.elapsed / taken
    print("\(Int(rate)) \(what) sessions a second of processor time, \(Int(ratio)) times as fast as the clock")
    #expect(rate > 20_000)
    #expect(world.network.socketsMax < 100)
  }

  /// Of this thread, so that a busy machine does not matter.
  private static func processorTime() -> Duration {
    var time = timespec()
    let result = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    #expect(result == 0)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
