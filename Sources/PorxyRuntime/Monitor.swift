import CPorxyLinux
import Glibc
package import PorxyCore

/// A value that threads share and wait on.
///
/// For what happens a few times in the life of a process, and for the log. Nothing on the way of relayed bytes waits
/// here.
@safe package final class Monitor<Value: Sendable>: @unchecked Sendable {
  // Allocated, because the kernel knows a lock by its address.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  package init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe changed = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    // Not the clock of the wall, which may be set while somebody waits.
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(changed, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(changed)
    unsafe pthread_mutex_destroy(mutex)
    unsafe changed.deallocate()
    unsafe mutex.deallocate()
  }

  /// Changes the value and wakes whoever waits.
  package func change<Result>(_ body: (inout Value) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(changed)
      unsafe pthread_mutex_unlock(mutex)
    }
    return body(&value)
  }

  /// Waits until `body` has a result; it is asked at once and after each change.
  package func wait<Result>(for body: (inout Value) -> Result?) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {  // unbounded: as long as nobody brings what is waited for
      if let result = body(&value) { return result }
      unsafe pthread_cond_wait(changed, mutex)
    }
  }

  /// Waits until `body` has a result, but no longer than `patience`; nil if it had none by then.
  package func wait<Result>(atMost patience: Duration, for body: (inout Value) -> Result?) -> Result? {
    var deadline = Self.monotonicTime(after: patience)
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {  // bound: until the deadline
      if let result = body(&value) { return result }
      guard unsafe pthread_cond_timedwait(changed, mutex, &deadline) == 0 else { return body(&value) }
    }
  }

  /// Waits until `body` has a result, but no longer than to `end`; nil if it had none by then.
  package func wait<Result>(until end: Instant, for body: (inout Value) -> Result?) -> Result? {
    guard end < .never else { return wait(for: body) }
    return wait(atMost: end.since(SystemInfo.monotonicClock), for: body)
  }

  private static func monotonicTime(after patience: Duration) -> timespec {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let nanoseconds = Int(now.tv_nsec) + Int(patience.nanoseconds % 1_000_000_000)
    return timespec(
      tv_sec: now.tv_sec + Int(patience.nanoseconds / 1_000_000_000) + nanoseconds / 1_000_000_000,
      tv_nsec: nanoseconds % 1_000_000_000)
  }
}
