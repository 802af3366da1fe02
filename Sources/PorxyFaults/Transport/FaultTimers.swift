import PorxyCore

/// Times at which sockets are to be looked at: a heap, in which what was moved to an earlier time, or closed, stands
/// on until it comes up and is passed over.
struct FaultTimers {
  struct Entry {
    let time: Instant
    let socket: SocketID
  }

  private var heap: [Entry] = []

  /// The earliest; `never` for none.
  var next: Instant { heap.first?.time ?? .never }
  var count: Int { heap.count }

  mutating func add(_ socket: SocketID, at time: Instant) {
    heap.append(Entry(time: time, socket: socket))
    var place = heap.count - 1
    while place > 0, heap[place].time < heap[(place - 1) / 2].time {  // bound: the heap's height
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// Takes the earliest if its time has come.
  mutating func popFirst(at now: Instant) -> Entry? {
    guard let first = heap.first, first.time <= now else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink(0)
    }
    return first
  }

  /// Leaves out what is of no use any more.
  mutating func keep(where isUsed: (Entry) -> Bool) {
    heap.removeAll { !isUsed($0) }
    for place in (0..<heap.count / 2).reversed() { sink(place) }
  }

  private mutating func sink(_ start: Int) {
    var place = start
    while true {  // bound: the heap's height
      let left = 2 * place + 1
      guard left < heap.count else { return }
      let child = left + 1 < heap.count && heap[left + 1].time < heap[left].time ? left + 1 : left
      guard heap[child].time < heap[place].time else { return }
      heap.swapAt(place, child)
      place = child
    }
  }
}
