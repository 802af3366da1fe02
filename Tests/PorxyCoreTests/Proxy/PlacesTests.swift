import Synchronization
import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct PlacesTests {
  @Test("all places can be had by one worker, wherever they were given back", arguments: [1, 2, 3, 17, 1000, 100_000])
  func all(_ max: Int) {
    let places = SessionQuota(max, workers: 4)
    for turn in 0..<3 {
      for _ in 0..<max { #expect(places.take(turn)) }
      #expect(!places.take(turn) && !places.take(3))
      #expect(places.taken == max)
      for number in 0..<max { places.giveBack(number % 4) }
      #expect(places.taken == 0)
    }
  }

  @Test("none are to be had of none")
  func none() {
    let places = SessionQuota(0, workers: 2)
    #expect(!places.take(0) && !places.take(1))
    #expect(places.taken == 0)
  }

  @Test("workers at once never have more than there are, and lose none", arguments: [3, 70, 5000])
  func atOnce(_ max: Int) async {
    let places = SessionQuota(max, workers: 4)
    let held = Counter()
    await withTaskGroup { group in
      for worker in 0..<4 {
        group.addTask {
          for turn in 0..<100_000 {
            // Each holds a few for a while.
            if turn % 8 < 4 {
              if places.take(worker), held.value.add(1, ordering: .relaxed).newValue > max { held.excess() }
            } else if held.giveOne() {
              places.giveBack(worker)
            }
          }
        }
      }
    }
    #expect(!held.hadTooMany)
    while held.giveOne() { places.giveBack(0) }
    #expect(places.taken == 0)
    for _ in 0..<max { #expect(places.take(0)) }
    #expect(!places.take(1))
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
    private let excesses = Atomic<Int>(0)

    var hadTooMany: Bool { excesses.load(ordering: .relaxed) > 0 }

    func excess() { excesses.add(1, ordering: .relaxed) }

    /// Counts one less, unless there is none.
    func giveOne() -> Bool {
      var seen = value.load(ordering: .relaxed)
      while seen > 0 {  // bound: each failure is another task's success
        let outcome = value.compareExchange(expected: seen, desired: seen - 1, ordering: .relaxed)
        if outcome.exchanged { return true }
        seen = outcome.original
      }
      return false
    }
  }
}
