import Testing

@testable import PorxyCore

@Suite struct TimerWheelTests {
  /// The width of a tick.
  private static let tick: UInt64 = 1 << 20

  @Test func firesAtItsInstantOrUpToATickLater() {
    for nanoseconds: UInt64 in [0, 1, 999_999, 1 << 20, 250_000_000, 1_000_000_000, 3_600_000_000_000] {
      var wheel = TimerWheel()
      wheel.set(7, at: Instant(nanoseconds: nanoseconds))
      #expect(wheel.expire(at: Instant(nanoseconds: nanoseconds > 0 ? nanoseconds - 1 : 0)) == nil)
      #expect(wheel.expire(at: Instant(nanoseconds: nanoseconds + Self.tick)) == 7)
      #expect(wheel.count == 0 && wheel.nextDeadline == .never)
    }
  }

  @Test func cancelsAndMoves() {
    var wheel = TimerWheel()
    wheel.set(1, at: Instant(nanoseconds: 10 * Self.tick))
    wheel.set(2, at: Instant(nanoseconds: 10 * Self.tick))
    wheel.set(1, at: Instant(nanoseconds: 500 * Self.tick))
    wheel.cancel(2)
    wheel.cancel(2)
    wheel.cancel(99)
    #expect(wheel.expire(at: Instant(nanoseconds: 499 * Self.tick)) == nil)
    #expect(wheel.expire(at: Instant(nanoseconds: 501 * Self.tick)) == 1)
  }

  /// Against the plainest model: a list of deadlines. Jumps are of every size, as virtual time makes them.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func agreesWithAListOfDeadlines(seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    var wheel = TimerWheel()
    var model: [UInt32: UInt64] = [:]
    // A clock need not start at 0.
    var now: UInt64 = random.chance(1, in: 2) ? 0 : 1_000_000_000_000_000 + random.below(1 << 40)
    _ = wheel.expire(at: Instant(nanoseconds: now))
    for _ in 0..<2_000 {
      let timer = UInt32(random.below(50))
      switch random.below(4) {
      case 0, 1:
        let delay = random.below(1 << random.below(42))
        wheel.set(timer, at: Instant(nanoseconds: now + delay))
        model[timer] = now + delay
      case 2:
        wheel.cancel(timer)
        model[timer] = nil
      default:
        let deadline = wheel.nextDeadline
        if let first = model.values.min() {
          #expect(deadline.nanoseconds <= first + Self.tick, "the wheel would sleep past a timer")
        }
        now =
          random.chance(1, in: 2) && deadline != .never
          ? max(now, deadline.nanoseconds) : now + random.below(1 << random.below(40))
        while let fired = wheel.expire(at: Instant(nanoseconds: now)) {  // bound: the timers
          let due = model.removeValue(forKey: fired)
          #expect(due != nil && due! <= now, "a timer fired early or was not set")
        }
        for (timer, due) in model { #expect(due + Self.tick > now, "timer \(timer) did not fire") }
      }
      #expect(wheel.count == model.count)
    }
  }

  @Test func neverFiresNever() {
    var wheel = TimerWheel()
    wheel.set(3, at: Instant(nanoseconds: .max - 1))
    #expect(wheel.expire(at: Instant(nanoseconds: 3_600_000_000_000)) == nil)
    #expect(wheel.count == 1)
  }
}
