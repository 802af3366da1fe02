import PorxyCore
import TestSupport
import Testing

@Suite(.timed) struct KeepaliveTests {
  @Test func keepsToItsOwnPaceWithNothingAsked() {
    #expect(Keepalive.halfClosed(asked: nil) == .halfClosed)
  }

  @Test func isNoSlowerThanWhatIsAsked() {
    let asked = Keepalive(idle: .seconds(5), interval: .seconds(2), count: 3)
    #expect(Keepalive.halfClosed(asked: asked) == asked)
  }

  @Test(
    "it asks as often as it does by itself, for as long as it is asked to",
    arguments: [(600, 60, 10), (31, 1, 1), (1000, 1, 100), (1, 120, 10), (30, 30, 39), (7, 13, 90), (1229, 1, 0)])
  func asksOften(_ idle: Int, _ interval: Int, _ count: Int) {
    let asked = Keepalive(idle: .seconds(idle), interval: .seconds(interval), count: count)
    let half = Keepalive.halfClosed(asked: asked)
    #expect(half.idle <= .seconds(30) && half.interval <= .seconds(30))
    #expect((1...127).contains(half.count))
    #expect(half.patience >= asked.patience && half.patience < asked.patience + half.interval)
  }

  @Test func isNotMorePatientBecauseMoreIsAsked() {
    let asked = Keepalive(idle: .seconds(7200), interval: .seconds(75), count: 9)
    #expect(Keepalive.halfClosed(asked: asked) == .halfClosed)
  }
}
