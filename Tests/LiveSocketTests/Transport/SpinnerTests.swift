import PorxyCore
import Testing

@testable import PorxySocketIO

/// When a worker looks for events instead of sleeping.
@Suite struct SpinnerTests {
  private let lifetime = Duration.microseconds(50)

  /// One turn that passed a small message on, after which the spin, if any, found something or not.
  private func turn(_ spinner: inout Spinner, finds: Bool) -> Bool {
    spinner.note(64, throughPipe: false)
    guard spinner.begin(afterEvents: 1) != nil else { return false }
    spinner.end(found: finds)
    return true
  }

  @Test("after a small message, and for as long as asked")
  func followsSmallMessages() {
    var spinner = Spinner(lifetime)
    spinner.note(64, throughPipe: false)
    #expect(spinner.begin(afterEvents: 1) == lifetime)
  }

  @Test(
    "not after nothing, a buffer full, many events or a pipe",
    arguments: [(0, 1, false), (Limits.bufferSize, 1, false), (64, 0, false), (64, 5, false), (64, 1, true)])
  func sleepsOtherwise(bytes: Int, events: Int, throughPipe: Bool) {
    var spinner = Spinner(lifetime)
    if bytes > 0 { spinner.note(bytes, throughPipe: throughPipe) }
    #expect(spinner.begin(afterEvents: events) == nil)
    // What a turn passed on counts for that turn alone.
    #expect(turn(&spinner, finds: true))
    #expect(spinner.begin(afterEvents: 1) == nil)
  }

  @Test("never where it is off") func off() {
    var spinner = Spinner(nil)
    #expect(!turn(&spinner, finds: true))
  }

  @Test("vain spins are given up for 256 sleeps, then tried twice") func givesUp() {
    var spinner = Spinner(lifetime)
    #expect((0..<8).allSatisfy { _ in turn(&spinner, finds: false) })
    #expect((0..<256).allSatisfy { _ in !turn(&spinner, finds: false) })
    #expect((0..<2).allSatisfy { _ in turn(&spinner, finds: false) })
    #expect((0..<256).allSatisfy { _ in !turn(&spinner, finds: false) })
  }

  @Test("spins that find something keep it going") func keepsGoing() {
    var spinner = Spinner(lifetime)
    for _ in 0..<1000 {
      let spun = (0..<3).map { turn(&spinner, finds: $0 > 0) }
      #expect(spun == [true, true, true])
    }
  }
}
