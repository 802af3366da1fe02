/// What is going to happen, earliest first; among equals the one that was put in first.
struct EventQueue {
  private var heap: [Occurrence] = []

  var nextTime: UInt64? { heap.first?.time }
  var count: Int { heap.count }

  mutating func push(_ occurrence: Occurrence) {
    heap.append(occurrence)
    var hole = heap.count - 1
    while hole > 0 {  // bound: the height of the heap
      let parent = (hole - 1) / 2
      guard Self.precedes(occurrence, heap[parent]) else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = occurrence
  }

  mutating func pop() -> Occurrence? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    let count = heap.count
    guard count > 0 else { return first }
    var hole = 0
    while true {  // bound: the height of the heap
      var child = 2 * hole + 1
      guard child < count else { break }
      if child + 1 < count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
      guard Self.precedes(heap[child], last) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = last
    return first
  }

  private static func precedes(_ a: Occurrence, _ b: Occurrence) -> Bool {
    a.time != b.time ? a.time < b.time : a.order < b.order
  }
}
