import TestSupport
import Testing

@testable import PorxyCore

@Suite(.timed) struct BulkQueueTests {
  @Test("whoever has waited longest comes first, however many come and go")
  func keepsTheOrder() {
    var queue = BulkQueue()
    var model: [UInt32] = []
    var random = Xoshiro256(seed: 3)
    for number: UInt32 in 0..<20_000 {
      // It fills and empties in turn.
      if random.below(10) < (number / 1000 % 2 == 0 ? 7 : 3) {
        queue.append(number)
        model.append(number)
      } else {
        #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
      }
      #expect(queue.count == model.count)
    }
  }

  @Test("what has had its turn takes no memory for long, however long the queue lasts")
  func forgetsWhoHadATurn() {
    var queue = BulkQueue()
    for waiting in [1, 1000] {
      while queue.count < waiting { queue.append(7) }
      for number: UInt32 in 0..<10_000 {
        queue.append(number)
        #expect(queue.popFirst() != nil)
        #expect(queue.sessions.count <= 2 * queue.count + 65)
      }
    }
  }
}
