import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct MeterTests {
  @Test("each scale has one bound fewer than there are ranges, the shortest first", arguments: Histogram.Scale.allCases)
  func boundsGrow(scale: Histogram.Scale) {
    #expect(scale.bounds.count == Histogram.rangesMax - 1)
    #expect(scale.bounds == scale.bounds.sorted() && Set(scale.bounds).count == scale.bounds.count)
  }

  @Test("a bound belongs to its range, as le of Prometheus says, and what is longer than all has the last")
  func bounds() {
    for scale in Histogram.Scale.allCases {
      for (range, bound) in scale.bounds.enumerated() {
        var histogram = Histogram()
        histogram.note(bound, on: scale)
        histogram.note(bound + .nanoseconds(1), on: scale)
        #expect(histogram[range] == 1 && histogram[range + 1] == 1 && histogram.count == 2)
      }
    }
  }

  @Test("sums hold more session time than any process lives")
  func sums() {
    var histogram = Histogram()
    for _ in 0..<100 { histogram.note(.seconds(1 << 40), on: .sessions) }
    #expect(histogram.sum == .seconds(100 << 40) && histogram[Histogram.rangesMax - 1] == 100)
  }

  @Test("every end has a place of its own, and the ways in which sessions end are among them")
  func ends() {
    var meter = RouteMeter(listener: "a", backend: "b")
    for (place, manner) in SessionRecord.Manner.allCases.enumerated() { #expect(manner.place == place) }
    for (place, party) in SessionRecord.Party.allCases.enumerated() { #expect(party.place == place) }
    var times: UInt64 = 0
    for manner in SessionRecord.Manner.allCases {
      for party in SessionRecord.Party.allCases {
        times += 1
        for _ in 0..<times { meter.noteEnd(manner, by: party) }
        #expect(meter.ended(manner, by: party) == times)
      }
    }
    #expect(meter.ended == times * (times + 1) / 2 && meter.ended(.end, by: .client) == 1)
  }

  @Test("errors of accepting are told apart up to a number, and none pushes another out")
  func acceptErrors() {
    var meter = RouteMeter(listener: "a", backend: "b")
    for number in 0..<Int16(2 * RouteMeter.failuresMax) {
      meter.noteAcceptError(.descriptorsExhausted)
      meter.noteAcceptError(.other(number))
    }
    #expect(meter.acceptErrors.count == RouteMeter.failuresMax)
    #expect(meter.acceptErrors[0].failure == .descriptorsExhausted)
    #expect(meter.acceptErrors[0].count == UInt64(2 * RouteMeter.failuresMax))
  }

  @Test(
    "what an error of connect(2) means",
    arguments: [
      (.connectionRefused, .refused), (.hostUnreachable, .unreachable), (.networkUnreachable, .unreachable),
      (.timedOut, .timedOut), (.portsExhausted, .noPort), (.connectionReset, .failed), (.notPermitted, .failed),
      (.connectedToItself, .failed), (.other(92), .failed),
    ] as [(Failure, AttemptResult)])
  func attemptResults(failure: Failure, result: AttemptResult) {
    #expect(AttemptResult(failure) == result)
  }

  @Test(
    "what a paused listener lacks",
    arguments: [
      (.sessionsMax, .sessions), (.listenerSessionsMax, .listenerSessions),
      (.shortage(.descriptorsExhausted), .descriptors), (.shortage(.memoryExhausted), .memory),
      (.shortage(.portsExhausted), .ports),
    ] as [(PauseReason, PauseCause)])
  func pauseCauses(reason: PauseReason, cause: PauseCause) {
    #expect(PauseCause(reason) == cause)
  }

  @Test("labels' values are words of their own")
  func labels() {
    #expect(Set(AttemptResult.allCases.map(\.label)).count == AttemptResult.allCases.count)
    #expect(Set(ResolutionResult.allCases.map(\.label)).count == ResolutionResult.allCases.count)
    #expect(Set(PauseCause.allCases.map(\.label)).count == PauseCause.allCases.count)
  }
}
