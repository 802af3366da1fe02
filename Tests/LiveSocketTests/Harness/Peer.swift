import Glibc
import Synchronization

/// A TCP socket as a test holds it: it blocks, but never beyond a deadline, and tells what it observes in words that
/// two runs can be compared by.
final class Peer: Sendable {
  let descriptor: Int32
  private let state: Mutex<State>

  /// How far the streams have come.
  private struct State {
    var sent = 0
    var received = 0
    var isClosed = false
  }

  /// What this end sends, and what it expects.
  let speaks: Pattern
  let hears: Pattern

  /// Takes the descriptor over.
  init(_ descriptor: Int32, speaks: Pattern, hears: Pattern) {
    self.descriptor = descriptor
    self.speaks = speaks
    self.hears = hears
    state = Mutex(State())
    let flags = fcntl(descriptor, F_GETFL, 0)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  deinit { close() }

  var sentCount: Int { state.withLock { $0.sent } }
  var receivedCount: Int { state.withLock { $0.received } }
  func countSent(_ count: Int) { state.withLock { $0.sent += count } }
  func countReceived(_ count: Int) { state.withLock { $0.received += count } }

  /// Closes in order: an end behind what was sent, or a reset if something is unread.
  func close() {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    if !wasClosed { Glibc.close(descriptor) }
  }

  /// Closes with a reset.
  func reset() {
    let fire = linger(l_onoff: 1, l_linger: 0)
    unsafe withUnsafeBytes(of: fire) {
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, $0.baseAddress, socklen_t($0.count))
    }
    close()
  }

  /// shutdown(SHUT_WR): this end has nothing more to say. Tells what the kernel said.
  @discardableResult
  func finish() -> String {
    shutdown(descriptor, Int32(SHUT_WR)) == 0 ? "finished" : SocketFailure.name(of: errno)
  }

  func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
    unsafe withUnsafeBytes(of: value) {
      _ = unsafe setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count))
    }
  }

  /// What getsockopt says; -1 if it fails.
  func option(_ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe getsockopt(descriptor, level, name, &value, &length)
    return value
  }
}
