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
