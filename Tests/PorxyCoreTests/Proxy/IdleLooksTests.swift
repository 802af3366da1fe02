import TestSupport
import Testing

@testable import PorxyCore

/// How the looks of an idle session are spread over its timeout.
@Suite(.timed) struct IdleLooksTests {
  @Test(
    "a look is over when its eighth of the timeout is",
    arguments: [(0, 0), (999, 0), (1000, 1), (6999, 6), (7000, 7), (7999, 7), (8000, 7), (9000, 7)])
  func countsEighths(milliseconds: Int, looks: UInt8) {
    #expect(SessionTimeouts.looks(after: .milliseconds(milliseconds), of: .seconds(8), max: 7) == looks)
  }

  @Test("timeouts of any length are divided", arguments: [1, 60, 108_000_000, 2_300_000_000, 9_223_372_035] as [Int64])
  func dividesCenturies(seconds: Int64) {
    let idle = Duration.seconds(seconds)
    for eighth in 0..<8 { #expect(SessionTimeouts.looks(after: idle * eighth / 8, of: idle, max: 7) == eighth) }
  }

  @Test("a timeout shorter than the clock's unit, or longer than it counts, is one")
  func takesTheExtremes() {
    let short = Duration(secondsComponent: 0, attosecondsComponent: 5)
    #expect(SessionTimeouts.looks(after: .zero, of: short, max: 7) == 0)
    #expect(SessionTimeouts.looks(after: .nanoseconds(Int64.max), of: .seconds(Int64.max), max: 7) == 7)
  }
}
