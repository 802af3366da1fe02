import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct SlabTests {
  @Test func usesTheLastFreedPlaceFirst() {
    var slab = Slab<Int>()
    let places = (0..<5).map { slab.insert($0) }
    #expect(places == [0, 1, 2, 3, 4])
    slab.remove(1)
    slab.remove(3)
    #expect(!slab.contains(1) && !slab.contains(3) && slab.contains(2))
    #expect(slab.insert(30) == 3)
    #expect(slab.insert(10) == 1)
    #expect(slab.insert(50) == 5)
    #expect(slab[3] == 30 && slab[1] == 10 && slab[5] == 50 && slab.count == 6)
  }

  @Test func keepsValuesInPlaceWhileItGrows() {
    var slab = Slab<Int>()
    for value in 0..<10_000 { #expect(slab.insert(value) == UInt32(value)) }
    for value in 0..<10_000 { slab[UInt32(value)] += 1 }
    for value in 0..<10_000 { #expect(slab[UInt32(value)] == value + 1) }
  }

  @Test func releasesWhatItHolds() {
    final class Canary: Sendable {}
    weak var removed: Canary?
    weak var kept: Canary?
    do {
      var slab = Slab<Canary>()
      let first = Canary()
      let second = Canary()
      removed = first
      kept = second
      let place = slab.insert(first)
      _ = slab.insert(second)
      slab.remove(place)
    }
    #expect(removed == nil)
    #expect(kept == nil)
  }

  @Test func trapsWhenAskedForWhatIsNotThere() async {
    await #expect(processExitsWith: .failure) {
      var slab = Slab<Int>()
      let place = slab.insert(1)
      slab.remove(place)
      _ = slab[place]
    }
  }
}
