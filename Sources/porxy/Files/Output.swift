import Glibc
import Synchronization

/// Writes to the standard streams without Foundation.
enum Output {
  /// Set once something that was asked for could not be written.
  private static let hasLost = Atomic(false)

  /// Whether everything that was asked for has been written.
  static var isComplete: Bool { !hasLost.load(ordering: .relaxed) }

  /// For what was asked for: help, a version, a configuration. The first failure is told, and makes the command fail.
  static func print(_ text: String) {
    guard isComplete else { return }
    guard let code = failure(of: Array(text.utf8), to: STDOUT_FILENO) else { return }
    guard !hasLost.exchange(true, ordering: .relaxed) else { return }
    complain("the standard output cannot be written: \(ErrorText.of(code))")
  }

  /// For what went wrong before there was a log.
  static func complain(_ text: String) { tell("\(Palette.errors.paint("porxy:", .bad)) \(text)\n") }

  /// For what accompanies it; if it cannot be written, nobody can be told.
  static func tell(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  /// Writes all bytes, waiting as long as it takes; false if the descriptor takes no more.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool { failure(of: bytes, to: descriptor) == nil }

  /// Writes all bytes, waiting as long as it takes; the errno if the descriptor takes no more.
  static func failure(of bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {  // bound: each turn writes a byte at least, waits for room, or ends
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        waitForRoom(descriptor)
      } else if count == 0 || errno != EINTR {
        return count == 0 ? EIO : errno
      }
    }
    return nil
  }

  /// A descriptor handed down by another program may be non-blocking.
  private static func waitForRoom(_ descriptor: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&wanted, 1, -1)
  }
}
