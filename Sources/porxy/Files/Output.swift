import Glibc

/// Writes to the standard streams without Foundation; what cannot be written is nobody's concern.
enum Output {
  /// Puts something into the places of standard streams that porxy was started without: a socket in the place of one of
  /// them would get what is meant for people.
  static func fillStandardStreams() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is taken, which is this one.
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }

  /// For what was asked for: help, a version, a configuration.
  static func print(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }

  /// For what went wrong before there was a log.
  static func complain(_ text: String) { write(Array("porxy: \(text)\n".utf8), to: STDERR_FILENO) }

  /// For what accompanies it.
  static func tell(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  /// Writes all bytes, waiting as long as it takes; false if the descriptor takes no more.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {  // bound: each turn writes a byte at least, waits for room, or ends
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        waitForRoom(descriptor)
      } else if count == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }

  /// A descriptor handed down by another program may be non-blocking.
  private static func waitForRoom(_ descriptor: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&wanted, 1, -1)
  }
}
