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
    filled = Int(max(unsafe Syscalls.wait(on: epoll, into: events, timeout: timeout), 0))
  }

  /// How many the last wait brought.
  var count: Int { filled }

  var isEmpty: Bool { taken == filled }

  /// More may wait behind it.
  var isFull: Bool { filled == Syscalls.batchMax }

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

extension Readiness {
  /// Translates epoll's mask.
  init(epoll mask: UInt32) {
    var readiness: Readiness = []
    if mask & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
    if mask & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
    if mask & EPOLLRDHUP.rawValue != 0 { readiness.insert(.peerEnded) }
    if mask & EPOLLHUP.rawValue != 0 { readiness.insert(.hungUp) }
    if mask & EPOLLERR.rawValue != 0 { readiness.insert(.failed) }
    if mask & EPOLLPRI.rawValue != 0 { readiness.insert(.urgent) }
    self = readiness
  }
}
