import Glibc
import Synchronization

/// So many threads at a time.
final class Permits: Sendable {
  private let free: Mutex<Int>

  init(_ count: Int) {
    free = Mutex(count)
  }

  /// Runs the body when there is a place.
  func hold<Value>(_ body: () throws -> Value) rethrows -> Value {
    while !isTaken() { _ = poll(nil, 0, 10) }  // bound: everybody's deadlines
    defer { free.withLock { $0 += 1 } }
    return try body()
  }

  private func isTaken() -> Bool {
    free.withLock { free in
      guard free > 0 else { return false }
      free -= 1
      return true
    }
  }
}
