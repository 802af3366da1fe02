import Glibc

/// What the kernel knows of the connection, for waiting on conditions instead of time.
extension Peer {
  /// POLLRDHUP, which Glibc shows to C with _GNU_SOURCE only.
  static let peerEnded: Int32 = 0x2000

  /// Polls for the events, errors and hang-ups; 0 when the deadline passed.
  @discardableResult
  func wait(for events: Int32, by deadline: Deadline = .usual) -> Int32 { socket.wait(for: events, by: deadline) }

  /// Waits for a reset, without reading and without taking the error.
  func waitForReset(by deadline: Deadline = .usual) -> Bool {
    wait(for: 0, by: deadline) & (POLLERR | POLLHUP) != 0
  }

  /// Nothing ends for that long.
  func staysOpen(_ duration: Duration) -> Bool {
    wait(for: Self.peerEnded, by: Deadline(in: duration)) == 0
  }

  /// Bytes that can be read.
  var unreadCount: Int { socket.unreadCount }
  /// Bytes that the other kernel has not acknowledged.
  var unacknowledgedCount: Int { socket.unacknowledgedCount }

  /// Waits until so many bytes lie there to be read.
  func waitForUnread(_ count: Int, by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { unreadCount >= count }
  }

  /// Waits until the other kernel has taken everything.
  func waitUntilTaken(by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { unacknowledgedCount == 0 }
  }

  /// Takes the pending error, SO_ERROR.
  func takeError() -> String {
    let code = socket.takeError()
    return code == 0 ? "none" : SocketFailure.name(of: code)
  }
}
