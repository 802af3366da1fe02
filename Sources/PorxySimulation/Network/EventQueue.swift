/// What is going to happen, earliest first; among equals the one that was put in first.
///
/// The heap holds times and places only: what happens is an order of magnitude larger and stays where it was put.
struct EventQueue {
  private struct Entry {
    var time: UInt64
    var order: UInt64
    var place: UInt32
  }

  private var heap: [Entry] = []
  private var kinds: [Occurrence.Kind] = []
  private var freePlaces: [UInt32] = []

  var nextTime: UInt64? { heap.first?.time }
  var count: Int { heap.count }

  mutating func push(_ occurrence: Occurrence) {
    let entry = Entry(time: occurrence.time, order: occurrence.order, place: keep(occurrence.kind))
    heap.append(entry)
    var hole = heap.count - 1
    while hole > 0 {  // bound: the height of the heap
      let parent = (hole - 1) / 2
      guard Self.precedes(entry, heap[parent]) else { break }
      heap[hole] = heap[parent]
      hole = parent
    }
    heap[hole] = entry
  }

  mutating func pop() -> Occurrence? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    if !heap.isEmpty { sink(last) }
    freePlaces.append(first.place)
    return Occurrence(time: first.time, order: first.order, kind: kinds[Int(first.place)])
  }

  /// Puts an entry where it belongs, from the top on, which is free.
  private mutating func sink(_ entry: Entry) {
    let count = heap.count
    var hole = 0
    while true {  // bound: the height of the heap
      var child = 2 * hole + 1
      guard child < count else { break }
      if child + 1 < count, Self.precedes(heap[child + 1], heap[child]) { child += 1 }
      guard Self.precedes(heap[child], entry) else { break }
      heap[hole] = heap[child]
      hole = child
    }
    heap[hole] = entry
  }

  private mutating func keep(_ kind: Occurrence.Kind) -> UInt32 {
    guard let place = freePlaces.popLast() else {
      kinds.append(kind)
      return UInt32(kinds.count - 1)
    }
    kinds[Int(place)] = kind
    return place
  }

  private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
    a.time != b.time ? a.time < b.time : a.order < b.order
  }
}

/// First in, first out, in one array; takes from the front in constant time.
struct Queue<Element> {
  private var storage: [Element] = []
  private var start = 0

  var isEmpty: Bool { start == storage.count }
  var count: Int { storage.count - start }
  var first: Element? { isEmpty ? nil : storage[start] }

  /// Oldest first.
  var elements: [Element] { Array(storage[start...]) }

  mutating func append(_ element: Element) {
    storage.append(element)
  }

  mutating func popFirst() -> Element? {
    guard start < storage.count else { return nil }
    let element = storage[start]
    start += 1
    if start == storage.count {
      storage.removeAll(keepingCapacity: true)
      start = 0
    } else if start >= 64, start * 2 >= storage.count {
      storage.removeFirst(start)
      start = 0
    }
    return element
  }

  /// Changes the newest element in place; answers what `change` does, or false when there is none.
  mutating func updateLast(_ change: (inout Element) -> Bool) -> Bool {
    isEmpty ? false : change(&storage[storage.count - 1])
  }

  /// Drops the newest element if it is such a one.
  mutating func removeLast(where isSuch: (Element) -> Bool) {
    if let last = storage.last, !isEmpty, isSuch(last) { storage.removeLast() }
  }

  mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    start = 0
  }

  mutating func removeAll(where isSuch: (Element) -> Bool) {
    storage.removeFirst(start)
    start = 0
    storage.removeAll(where: isSuch)
  }
}

extension Queue: Sendable where Element: Sendable {}

extension Queue: Equatable where Element: Equatable {
  static func == (a: Queue, b: Queue) -> Bool {
    a.storage[a.start...] == b.storage[b.start...]
  }
}
