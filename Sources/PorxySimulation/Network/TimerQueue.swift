/// One timer a slot, earliest first; setting it again moves it, so that none is left behind by a socket that is gone.
struct TimerQueue {
  private struct Entry {
    var time: UInt64
    var order: UInt64
    var slot: UInt32
  }

  private var heap: [Entry] = []
  /// Place of a slot's timer in the heap; -1 for none.
  private var places: [Int32] = []
  private var order: UInt64 = 0

  var nextTime: UInt64? { heap.first?.time }
  var count: Int { heap.count }

  mutating func set(_ slot: Int, to time: UInt64) {
    while places.count <= slot { places.append(-1) }  // bound: the slot
    guard time != .max else { return cancel(slot) }
    order += 1
    let entry = Entry(time: time, order: order, slot: UInt32(slot))
    let place = Int(places[slot])
    if place < 0 {
      heap.append(entry)
      rise(entry, from: heap.count - 1)
    } else if heap[place].time != time {
      move(entry, from: place)
    }
  }

  mutating func cancel(_ slot: Int) {
    guard slot < places.count, places[slot] >= 0 else { return }
    let place = Int(places[slot])
    places[slot] = -1
    let last = heap.removeLast()
    if place < heap.count { move(last, from: place) }
  }

  /// Takes the slot whose timer is due first.
  mutating func pop() -> Int? {
    guard let first = heap.first else { return nil }
    cancel(Int(first.slot))
    return Int(first.slot)
  }

  private mutating func move(_ entry: Entry, from place: Int) {
    if place > 0, Self.precedes(entry, heap[(place - 1) / 2]) {
      rise(entry, from: place)
    } else {
      sink(entry, from: place)
    }
  }

  private mutating func rise(_ entry: Entry, from place: Int) {
    var hole = place
    while hole > 0 {  // bound: the height of the heap
      let parent = (hole - 1) / 2
      guard Self.precedes(entry, heap[parent]) else { break }
      put(heap[parent], at: hole)
      hole = parent
    }
    put(entry, at: hole)
  }

  private mutating func sink(_ entry: Entry, from place: Int) {
    var hole = place
    while true {  // bound: the height of the heap
      var child = 2 * hole + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
      guard Self.precedes(heap[child], entry) else { break }
      put(heap[child], at: hole)
      hole = child
    }
    put(entry, at: hole)
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[Int(entry.slot)] = Int32(place)
  }

  private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
    a.time != b.time ? a.time < b.time : a.order < b.order
  }
}
