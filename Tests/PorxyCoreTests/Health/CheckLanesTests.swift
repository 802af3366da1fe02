import TestSupport
import Testing

@testable import PorxyCore

/// How active checks share the places that there are.
@Suite(.timed) struct CheckLanesTests {
  /// An expectation cannot change what it looks at.
  private final class Lanes {
    private var lanes: CheckLanes

    init(backends: Int = 0) { lanes = CheckLanes(backends: backends) }

    var open: Int { lanes.open }
    var waiting: [UInt32] { lanes.waiting }
    func lane(ofBackend number: Int) -> Int { lanes.lane(ofBackend: number) }
    func enter(_ lane: Int, _ check: UInt32) -> Bool { lanes.enter(lane, check) }
    func leave(_ lane: Int) -> UInt32? { lanes.leave(lane) }
    func adopt(_ lane: Int) { lanes.adopt(lane) }
  }

  @Test("a backend alone has all places, and who finds none gets the first that is free, in the order of coming")
  func servesInOrder() {
    let lanes = Lanes(backends: 1)
    for check in 0..<64 { #expect(lanes.enter(0, UInt32(check))) }
    for check in 64..<200 { #expect(!lanes.enter(0, UInt32(check))) }
    #expect(lanes.open == 64 && lanes.waiting == Array(64..<200))
    for check in 64..<200 {
      #expect(lanes.leave(0) == UInt32(check))
      #expect(lanes.open == 64)
    }
    for left in (0..<64).reversed() {
      #expect(lanes.leave(0) == nil)
      #expect(lanes.open == left)
    }
  }

  @Test("no backend takes the places of others, however many it would have", arguments: [2, 3, 64, 200])
  func sharesOut(backends: Int) {
    let lanes = Lanes(backends: backends)
    for check in 0..<1000 { _ = lanes.enter(lanes.lane(ofBackend: 0), UInt32(check)) }
    for other in 1..<min(backends, 64) {
      #expect(lanes.enter(lanes.lane(ofBackend: other), UInt32(1000 + other)), "backend \(other)")
    }
    for backend in 0..<backends {
      for check in 0..<100 { _ = lanes.enter(lanes.lane(ofBackend: backend), UInt32(check)) }
    }
    #expect(lanes.open <= 64)
  }

  @Test("what is open beyond the places after a change is let go before anybody else begins")
  func adopts() {
    let lanes = Lanes(backends: 64)
    lanes.adopt(0)
    lanes.adopt(0)
    #expect(!lanes.enter(0, 7))
    #expect(lanes.leave(0) == nil)
    #expect(lanes.leave(0) == 7)
    let none = Lanes()
    none.adopt(0)
    #expect(none.leave(0) == nil && none.open == 0)
  }

  @Test(
    "what is expected is found wherever it stands, and only there",
    arguments: [
      ("PONG", "PONG", 0, true), ("xPONG", "PONG", 0, true), ("xPONG", "PONG", 1, true), ("xPONG", "PONG", 2, false),
      ("PONPONG", "PONG", 0, true), ("PON", "PONG", 0, false), ("", "P", 0, false), ("PONg", "PONG", 0, false),
      ("aaab", "aab", 0, true), ("PONG", "PONG", 9, false),
    ])
  func finds(text: String, wanted: String, start: Int, isThere: Bool) {
    let bytes = Array(text.utf8)
    #expect(bytes.span.contains(wanted.utf8, from: start) == isThere)
  }
}
