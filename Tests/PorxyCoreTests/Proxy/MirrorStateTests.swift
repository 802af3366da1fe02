import Testing

@testable import PorxyCore

/// When a listener with `mirror` closes and opens, and who looks meanwhile.
@Suite struct MirrorStateTests {
  private static func at(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

  @Test("one that is open closes once, and is looked at half a second later by one worker")
  func closesOnce() {
    let mirror = MirrorState(isOpen: true)
    #expect(mirror.lookDueAt == .never && !mirror.takeLook(at: Self.at(100)))
    #expect(mirror.close(dialBegan: Self.at(90), at: Self.at(100)))
    #expect(!mirror.close(dialBegan: Self.at(95), at: Self.at(101)))
    #expect(!mirror.isOpen && mirror.lookDueAt == Self.at(600))
    #expect(!mirror.takeLook(at: Self.at(599)))
    #expect(mirror.takeLook(at: Self.at(600)) && !mirror.takeLook(at: Self.at(600)))
    #expect(mirror.lookDueAt == Self.at(1100))
  }

  @Test("a refusal of a dial that began before the look which opened it closes nothing")
  func oldRefusal() {
    let mirror = MirrorState(isOpen: true)
    #expect(mirror.close(dialBegan: Self.at(0), at: Self.at(100)))
    #expect(mirror.open(at: Self.at(600)) && !mirror.open(at: Self.at(601)))
    #expect(!mirror.close(dialBegan: Self.at(599), at: Self.at(700)) && mirror.isOpen)
    #expect(mirror.close(dialBegan: Self.at(601), at: Self.at(700)))
  }

  @Test("a new one is closed and looked at at once, unless its sockets listen already")
  func beginning() {
    let mirror = MirrorState(isOpen: false)
    #expect(!mirror.isOpen && mirror.takeLook(at: Self.at(1)))
    mirror.openUnlooked()
    #expect(mirror.isOpen)
    #expect(mirror.close(dialBegan: Self.at(1), at: Self.at(2)))
    mirror.openUnlooked()
    #expect(!mirror.isOpen, "it is not new any more")
  }

  @Test("one that is in a hurry is looked at at once, if it is closed")
  func hurry() {
    let mirror = MirrorState(isOpen: true)
    mirror.hurry(at: Self.at(5))
    #expect(mirror.isOpen)
    #expect(mirror.close(dialBegan: Self.at(5), at: Self.at(5)))
    mirror.hurry(at: Self.at(7))
    #expect(mirror.lookDueAt == Self.at(7))
    mirror.hurry(at: Self.at(9))
    #expect(mirror.lookDueAt == Self.at(7))
  }
}
