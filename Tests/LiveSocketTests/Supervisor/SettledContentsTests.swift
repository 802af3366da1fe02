import PorxyCore
import TestSupport
import Testing

@testable import porxy

/// When a file counts as changed.
@Suite(.timed) struct SettledContentsTests {
  private func time(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: 1_000_000 * milliseconds) }

  /// Ones that expectations may change.
  private final class Subject {
    private var contents: SettledContents

    init(_ known: [UInt8]) {
      contents = SettledContents(known)
    }

    func look(_ bytes: [UInt8]?, at now: Instant) -> Bool { contents.look(bytes, at: now) }
    func settlesIn(from now: Instant) -> Duration? { contents.settlesIn(from: now) }
  }

  @Test("new contents count once they have stayed the same for a second, and once only")
  func settles() {
    let contents = Subject([1])
    #expect(!contents.look([1], at: time(0)) && contents.settlesIn(from: time(0)) == nil)
    #expect(!contents.look([2], at: time(100)))
    #expect(contents.settlesIn(from: time(300)) == .milliseconds(800))
    #expect(!contents.look([2], at: time(1099)))
    #expect(contents.look([2], at: time(1100)))
    #expect(!contents.look([2], at: time(5000)) && contents.settlesIn(from: time(5000)) == nil)
  }

  @Test("a file that is still being written counts from its last change")
  func waitsForTheWriter() {
    let contents = Subject([])
    for step in 0..<10 { #expect(!contents.look([UInt8](repeating: 0, count: step), at: time(UInt64(step) * 900))) }
    #expect(!contents.look([UInt8](repeating: 0, count: 9), at: time(9099)))
    #expect(contents.look([UInt8](repeating: 0, count: 9), at: time(9100)))
  }

  @Test("a file that is gone for a moment, or is as before again, has not changed")
  func forgives() {
    let contents = Subject([1])
    #expect(!contents.look(nil, at: time(0)) && !contents.look(nil, at: time(5000)))
    #expect(!contents.look([2], at: time(6000)))
    #expect(!contents.look(nil, at: time(6500)))
    #expect(!contents.look([2], at: time(7100)), "it counts anew")
    #expect(!contents.look([1], at: time(8000)) && !contents.look([2], at: time(8200)))
    #expect(contents.look([2], at: time(9200)))
    #expect(!contents.look([1], at: time(9300)) && contents.look([1], at: time(10300)), "back to what it was")
  }
}
