import TestSupport
import Testing

@testable import PorxyCore

/// The queue of dials against an array that does the same.
@Suite(.timed) struct DialQueueTests {
  @Test("whoever leaves from anywhere leaves the others in their order")
  func keepsTheOrder() {
    var dials = Slab<Dial>()
    let all = (0..<40).map { dials.insert(Dial(session: $0, startedAt: .never)) }
    var queue = DialQueue()
    var model: [UInt32] = []
    var random = Xoshiro256(seed: 7)
    for _ in 0..<5000 {
      let dial = all[Int(random.below(40))]
      if let place = model.firstIndex(of: dial) {
        queue.remove(dial, in: &dials)
        model.remove(at: place)
      } else if random.below(3) == 0 {
        queue.prepend(dial, in: &dials)
        model.insert(dial, at: 0)
      } else {
        queue.append(dial, in: &dials)
        model.append(dial)
      }
      #expect(queue.isEmpty == model.isEmpty && queue.first == model.first ?? DialQueue.none)
      #expect(Self.walk(queue, dials) == model)
    }
  }

  private static func walk(_ queue: DialQueue, _ dials: borrowing Slab<Dial>) -> [UInt32] {
    var seen: [UInt32] = []
    var next = queue.first
    while next != DialQueue.none, seen.count < 100 {
      seen.append(next)
      next = dials[next].place.next
    }
    return seen
  }
}
