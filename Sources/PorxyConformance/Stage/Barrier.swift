import CPorxyLinux

/// Tells when everything that this thread has put on loopback so far has been dealt with: a datagram to oneself comes
/// behind it.
final class Barrier {
  private let descriptor: Int32

  init() {
    descriptor = porxy_barrier_open()
  }

  deinit {
    if descriptor >= 0 { _ = porxy_close(descriptor) }
  }

  func pass() {
    if descriptor >= 0 { _ = porxy_barrier_pass(descriptor, 100) }
  }
}
