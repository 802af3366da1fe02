@testable import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct SessionOutcomeTests {
  /// What the log makes of the error that a peer's socket gave.
  private func story(_ failure: Failure) -> SessionOutcome {
    var session = Session(
      client: SocketID(slot: 0, generation: 1), from: Endpoint(.loopbackV4, 1), plan: 0, port: 9,
      number: 1, at: Instant(nanoseconds: 0))
    session.backendFailure = failure
    session.firstFailed = .backend
    return SessionOutcome(of: session)
  }

  @Test(
    "an error of porxy's own call is not told of as the peer's",
    arguments: [Failure.notPermitted, .other(22), .other(38)])
  func blamesNoPeer(_ failure: Failure) {
    let story = story(failure)
    #expect(story.party == .porxy && story.manner == .reset && story.failure == failure)
  }

  @Test func tellsWhatPeersDid() {
    #expect(story(.connectionReset).party == .backend)
    #expect(story(.connectionReset).manner == .reset)
    #expect(story(.timedOut).manner == .vanished)
    // ENOPROTOOPT, which a router may answer.
    #expect(story(.other(92)).party == .backend)
  }

  @Test func tellsAShortageAsALimit() {
    #expect(story(.memoryExhausted).party == .porxy)
    #expect(story(.memoryExhausted).manner == .limit)
  }
}
