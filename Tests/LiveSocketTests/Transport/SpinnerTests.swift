import PorxyCore
import TestSupport
import Testing

@testable import PorxySocketIO

/// When a worker looks for events instead of sleeping.
@Suite(.paced) struct SpinnerTests {
  private let lifetime = Duration.microseconds(100)
  private let start = Instant(nanoseconds: 1_000_000_000)

  /// Begins to spin behind a turn that passed a small message on; false where the worker sleeps instead.
  private func begins(_ spinner: inout Spinner, at now: Instant? = nil, isCrowded: Bool = false) -> Bool {
    spinner.note(64, throughPipe: false)
    return spinner.begin(afterEvents: 1, at: now ?? start) { isCrowded } != nil
  }

  /// One such turn, after which the spin, if any, found something after that long; nil: it did not.
  private func turn(_ spinner: inout Spinner, findsAfter spent: Duration?) -> Bool {
    guard begins(&spinner) else { return false }
    spinner.end(found: spent != nil, after: spent ?? lifetime)
    return true
  }

  @Test("after a small message, and for as long as asked")
  func followsSmallMessages() {
    var spinner = Spinner(lifetime)
    spinner.note(64, throughPipe: false)
    #expect(spinner.begin(afterEvents: 1, at: start) { false } == lifetime)
  }

  @Test(
    "not after nothing, a buffer full, many events or a pipe",
    arguments: [(0, 1, false), (Limits.bufferSize, 1, false), (64, 0, false), (64, 5, false), (64, 1, true)])
  func sleepsOtherwise(bytes: Int, events: Int, throughPipe: Bool) {
    var spinner = Spinner(lifetime)
    if bytes > 0 { spinner.note(bytes, throughPipe: throughPipe) }
    #expect(spinner.begin(afterEvents: events, at: start) { false } == nil)
    // What a turn passed on counts for that turn alone.
    #expect(begins(&spinner))
    #expect(spinner.begin(afterEvents: 1, at: start) { false } == nil)
  }

  @Test("never where it is off") func off() {
    var spinner = Spinner(nil)
    #expect(!begins(&spinner))
  }

  @Test("spins that find something sooner than a wake-up keep it going") func keepsGoing() {
    var spinner = Spinner(lifetime)
    for _ in 0..<1000 { #expect(turn(&spinner, findsAfter: Spinner.wakeUp / 2)) }
    // What was saved pays for a miss now and then, and is not gathered without a bound.
    #expect(turn(&spinner, findsAfter: nil))
    #expect(turn(&spinner, findsAfter: Spinner.wakeUp / 2))
  }

  @Test("a server that thinks for longer than a wake-up is not waited for awake", arguments: [55, 70, 90])
  func givesUpOnThinkers(microseconds: Int64) {
    var spinner = Spinner(lifetime)
    let answer = Duration.microseconds(microseconds)
    var lost = Duration.zero
    for _ in 0..<10_000 where turn(&spinner, findsAfter: answer) { lost += answer - Spinner.wakeUp }
    // A fiftieth of the time that 10,000 answers take is not saved by what was found.
    #expect(lost < answer * 10_000 / 50, "\(lost)")
  }

  @Test("spins in vain are given up for 256 sleeps, then tried again") func givesUp() {
    var spinner = Spinner(lifetime)
    // As many as the time of 16 wake-ups has room for, then as that of four.
    #expect((0..<8).allSatisfy { _ in turn(&spinner, findsAfter: nil) })
    #expect((0..<256).allSatisfy { _ in !turn(&spinner, findsAfter: nil) })
    #expect((0..<2).allSatisfy { _ in turn(&spinner, findsAfter: nil) })
    #expect((0..<256).allSatisfy { _ in !turn(&spinner, findsAfter: nil) })
  }

  @Test("not while more threads want a processor than there are, asked a hundred times a second at most")
  func leavesProcessorsToOthers() {
    var spinner = Spinner(lifetime)
    #expect(!begins(&spinner, at: start, isCrowded: true))
    #expect(!begins(&spinner, at: start + .milliseconds(9), isCrowded: false))
    #expect(begins(&spinner, at: start + .milliseconds(10), isCrowded: false))
    #expect(begins(&spinner, at: start + .milliseconds(19), isCrowded: true))
    #expect(!begins(&spinner, at: start + .milliseconds(20), isCrowded: true))
  }
}
