import Glibc

/// A thread that a test waits for.
final class Thread {
  private var handle = pthread_t()

  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
      self.run = run
    }
  }

  init(_ body: @escaping @Sendable () -> Void) {
    let context = unsafe Unmanaged.passRetained(Body(body)).toOpaque()
    unsafe pthread_create(
      &handle, nil,
      { context in
        unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, context)
  }

  func join() {
    pthread_join(handle, nil)
  }

  /// In place of joining it.
  func detach() {
    pthread_detach(handle)
  }
}
