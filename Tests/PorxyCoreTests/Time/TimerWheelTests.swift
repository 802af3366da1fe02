import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct TimerWheelTests {
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
    // A clock need not start at 0.
    let start = random.chance(1, in: 2) ? 0 : 1_000_000_000_000_000 + random.below(1 << 40)
    compareWithAList(&random, from: start, delayBits: 42, jumpBits: 40)
  }

  /// The same with timers many rotations of the coarsest level ahead, up to the end of the clock.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func agreesAtEveryDistance(seed: UInt64) {
    var random = Xoshiro256(seed: seed)
    let start = random.below(1 << random.below(64))
    compareWithAList(&random, from: start, delayBits: 64, jumpBits: 40 + random.below(22))
  }

  private func compareWithAList(_ random: inout Xoshiro256, from start: UInt64, delayBits: UInt64, jumpBits: UInt64) {
    var wheel = TimerWheel()
    var model: [UInt32: UInt64] = [:]
    var now = start
    func later(_ time: UInt64, by delay: UInt64) -> UInt64 {
      let (sum, overflows) = time.addingReportingOverflow(delay)
      return overflows ? .max : sum
    }
    _ = wheel.expire(at: Instant(nanoseconds: now))
    for _ in 0..<2_000 {
      let timer = UInt32(random.below(50))
      switch random.below(4) {
      case 0, 1:
        let due = later(now, by: random.below(1 << random.below(delayBits)))
        wheel.set(timer, at: Instant(nanoseconds: due))
        model[timer] = due
      case 2:
        wheel.cancel(timer)
        model[timer] = nil
      default:
        let deadline = wheel.nextDeadline
        if let first = model.values.min() {
          #expect(deadline.nanoseconds <= later(first, by: Self.tick), "the wheel would sleep past a timer")
        }
        now =
          random.chance(1, in: 2) && deadline != .never
          ? max(now, deadline.nanoseconds) : later(now, by: random.below(1 << random.below(jumpBits)))
        while let fired = wheel.expire(at: Instant(nanoseconds: now)) {  // bound: the timers
          let due = model.removeValue(forKey: fired)
          #expect(due != nil && due! <= now, "a timer fired early or was not set")
        }
        for (timer, due) in model where later(due, by: Self.tick) < .max {
          #expect(due + Self.tick > now, "timer \(timer) did not fire")
        }
      }
      #expect(wheel.count == model.count)
    }
  }

  @Test("a timer further ahead than the wheel reaches neither fires early nor stops the loop")
  func waitsForARotationAndMore() {
    // A rotation of the coarsest level, 2^56 ns, is 20,016 hours.
    for hours: UInt64 in [19_704, 20_015, 20_016, 20_017, 30_000, 100_000, 2_000_000] {
      for uptime: UInt64 in [0, 1, 400_000_000_000_000, 1_000_000_000_000_000_000] {
        var wheel = TimerWheel()
        #expect(wheel.expire(at: Instant(nanoseconds: uptime)) == nil)
        let due = uptime + hours * 3_600_000_000_000
        wheel.set(3, at: Instant(nanoseconds: due))
        var now = uptime
        while now < due {  // bound: each look is a rotation further, or at a finer level
          #expect(wheel.nextDeadline.nanoseconds > now, "the wheel would spin")
          now = min(wheel.nextDeadline.nanoseconds, due)
          #expect(wheel.expire(at: Instant(nanoseconds: now)) == nil)
        }
        #expect(wheel.expire(at: Instant(nanoseconds: due + Self.tick)) == 3)
      }
    }
  }

  @Test func neverFiresNever() {
    var wheel = TimerWheel()
    wheel.set(3, at: Instant(nanoseconds: .max - 1))
    #expect(wheel.expire(at: Instant(nanoseconds: 3_600_000_000_000)) == nil)
    #expect(wheel.count == 1)
    _ = wheel.expire(at: Instant(nanoseconds: .max - 2))
    #expect(wheel.count == 1 && wheel.nextDeadline == .never)
  }
}
