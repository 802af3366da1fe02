import CPorxyLinux
import Glibc
import PorxyCore

/// A thread with a name and a small stack, that nobody joins.
package enum WorkerThread {
  /// Enough for the deepest call chain of the proxy many times over; a page is only used once it is touched.
  private static let stackSize = 512 * 1024

  /// Carries the body to the new thread.
  private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Runs `body` on a new thread; `name` shows in `top -H` and is cut after 15 bytes. False if there is no room for a
  /// thread.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackSize)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    let failed = unsafe pthread_create(
      &thread, &attributes,
      { context in
        let start = unsafe Unmanaged<Start>.fromOpaque(context!).takeRetainedValue()
        _ = unsafe porxy_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    if failed != 0 { unsafe start.release() }
    return failed == 0
  }
}
