import Glibc

/// What the kernel knows of the connection, for waiting on conditions instead of time.
extension Peer {
  /// Glibc shows these to C with _GNU_SOURCE only, or as an enumeration.
  static let peerEnded: Int32 = 0x2000  // POLLRDHUP
  var noSignal: Int32 { 0x4000 }  // MSG_NOSIGNAL
  var outOfBand: Int32 { 0x1 }  // MSG_OOB

  /// Polls for the events, errors and hang-ups; 0 when the deadline passed.
  @discardableResult
  func wait(for events: Int32, by deadline: Deadline = .usual) -> Int32 {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    var found = unsafe poll(&entry, 1, deadline.milliseconds)
    while found < 0, errno == EINTR {  // bound: the deadline
      found = unsafe poll(&entry, 1, deadline.milliseconds)
    }
    return found > 0 ? Int32(entry.revents) : 0
  }

  /// Waits for the other side's end or reset, without reading what comes before it.
  func waitForItsEnd(by deadline: Deadline = .usual) -> Bool {
    wait(for: Self.peerEnded, by: deadline) != 0
  }

  /// Waits for a reset, without reading and without taking the error.
  func waitForReset(by deadline: Deadline = .usual) -> Bool {
    wait(for: 0, by: deadline) & (POLLERR | POLLHUP) != 0
  }

  /// Nothing ends for that long.
  func staysOpen(_ duration: Duration) -> Bool {
    wait(for: Self.peerEnded, by: Deadline(in: duration)) == 0
  }

  /// Bytes that can be read.
  var unreadCount: Int { count(UInt(FIONREAD)) }
  /// Bytes that the other kernel has not acknowledged, SIOCOUTQ.
  var unacknowledgedCount: Int { count(UInt(TIOCOUTQ)) }

  private func count(_ request: UInt) -> Int {
    var value: Int32 = 0
    return unsafe ioctl(descriptor, request, &value) == 0 ? Int(value) : -1
  }

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
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
    return code == 0 ? "none" : SocketFailure.name(of: code)
  }

  /// Drops everything that arrives for this socket, as a machine does that has no power (SO_ATTACH_FILTER, `ret 0`).
  func fallSilent() { Peer.fallSilent(descriptor) }

  /// Lets arrive again what the other side still sends.
  func comeBack() { setOption(SOL_SOCKET, 27 /* SO_DETACH_FILTER */, 0) }

  static func fallSilent(_ descriptor: Int32) {
    var instruction: UInt64 = 0x06  // BPF_RET | BPF_K, 0
    unsafe withUnsafeMutablePointer(to: &instruction) { code in
      var program = (count: UInt64(1), code: UInt(bitPattern: code))
      _ = unsafe setsockopt(descriptor, SOL_SOCKET, 26 /* SO_ATTACH_FILTER */, &program, 16)
    }
  }
}
