import CPorxyLinux
import PorxyCore

/// The events of one wait, taken one by one.
@safe struct EventBatch: ~Copyable {
  private let events: UnsafeMutablePointer<porxy_event>
  private var filled = 0
  private var taken = 0

  init() {
    unsafe events = .allocate(capacity: Syscalls.batchMax)
  }

  deinit {
    unsafe events.deallocate()
  }

  /// Waits on `epoll` for `timeout` nanoseconds, -1 for no limit.
  mutating func fill(from epoll: Int32, timeout: Int64) {
    invariant(taken == filled, "all events of a turn are taken before the next wait")
    taken = 0
    let count = unsafe Syscalls.wait(on: epoll, into: events, timeout: timeout)
    invariant(count >= 0, "an epoll descriptor can be waited on")
    filled = Int(count)
  }

  /// How many the last wait brought.
  var count: Int { filled }

  var isEmpty: Bool { taken == filled }

  mutating func next() -> porxy_event? {
    guard taken < filled else { return nil }
    taken += 1
    return unsafe events[taken - 1]
  }

  /// Has `next()` give the last event again.
  mutating func putBack() {
    taken -= 1
  }
}
