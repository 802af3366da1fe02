import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct InstantTests {
  @Test func addsDurations() {
    #expect(Instant(nanoseconds: 5) + .nanoseconds(7) == Instant(nanoseconds: 12))
    #expect(Instant(nanoseconds: 0) + .seconds(2) == Instant(nanoseconds: 2_000_000_000))
    #expect(Instant(nanoseconds: 0) + .milliseconds(250) == Instant(nanoseconds: 250_000_000))
  }

  @Test func neverIsTheLatest() {
    #expect(Instant.never + .nanoseconds(1) == .never)
    #expect(Instant(nanoseconds: .max - 1) + .nanoseconds(5) == .never)
    #expect(Instant(nanoseconds: .max - 1) < .never)
  }

  @Test func doesNotGoBack() {
    #expect(Instant(nanoseconds: 10) + .nanoseconds(-5) == Instant(nanoseconds: 10))
    #expect(Instant(nanoseconds: 10) + .seconds(-5) == Instant(nanoseconds: 10))
  }

  @Test func tellsHowMuchTimeWentBy() {
    let (early, late) = (Instant(nanoseconds: 10), Instant(nanoseconds: 25))
    #expect(late.since(early) == .nanoseconds(15))
    #expect(early.since(late) == .zero)
    #expect(early.since(early) == .zero)
    #expect(Instant.never.since(Instant(nanoseconds: 0)) == .nanoseconds(Int64.max))
  }

  @Test(
    arguments: [
      (.zero, 0), (.nanoseconds(1), 1), (.seconds(1), 1_000_000_000), (.milliseconds(1500), 1_500_000_000),
      (.nanoseconds(-1), 0), (.seconds(-3), 0), (.milliseconds(-1500), 0),
      (Duration(secondsComponent: 0, attosecondsComponent: 999_999_999), 0),
      (Duration(secondsComponent: 0, attosecondsComponent: 1_000_000_000), 1),
      (.seconds(9_223_372_035), 9_223_372_035_000_000_000), (.seconds(9_223_372_037), UInt64(Int64.max)),
      (.seconds(Int64.max), UInt64(Int64.max)),
    ] as [(Duration, UInt64)])
  func durationsAreWholeNanoseconds(duration: Duration, expected: UInt64) {
    #expect(duration.nanoseconds == expected)
  }
}
