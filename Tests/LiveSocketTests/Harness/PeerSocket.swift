import CPorxyLinux
import CPorxyPeers
import Glibc
import Synchronization
import Testing

/// The system calls of a TCP socket that a test holds. None of them blocks, and no result is dropped: what a test needs
/// of its socket and the kernel refuses is an issue of that test.
///
/// `Peer`, `ServerSocket` and the load's `LiveKernel` are made of it.
final class PeerSocket: Sendable {
  let descriptor: Int32
  private let isClosed = Mutex(false)

  init(family: Int32) throws {
    descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SocketFailure(call: "socket", code: errno) }
    equip()
  }

  /// Takes the descriptor over.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    equip()
  }

  /// Takes over the descriptor of a unix socket, which has no options of TCP.
  init(local descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close() }

  private func equip() {
    demand(fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) | O_NONBLOCK), "O_NONBLOCK")
    demand(fcntl(descriptor, F_SETFD, FD_CLOEXEC), "FD_CLOEXEC")
    set(Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  // MARK: Connections

  func bind(to address: Address) throws {
    let result = unsafe address.withKernelForm { unsafe Glibc.bind(descriptor, $0, $1) }
    if result != 0 { throw SocketFailure(call: "bind", code: errno) }
  }

  func listen(backlog: Int32) { demand(Glibc.listen(descriptor, backlog), "listen") }

  /// Begins to connect; false where the outcome is still to come.
  func connect(to address: Address) throws -> Bool {
    if unsafe address.withKernelForm({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return true }
    guard errno == EINPROGRESS else { throw SocketFailure(call: "connect", code: errno) }
    return false
  }

  /// nil where nobody waits.
  func accept() throws -> PeerSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    if accepted >= 0 { return PeerSocket(accepted) }
    guard errno == EAGAIN else { throw SocketFailure(call: "accept", code: errno) }
    return nil
  }

  /// The port at the own end.
  var port: UInt16 {
    var address = porxy_address()
    demand(unsafe porxy_local_address(descriptor, &address), "getsockname")
    return address.port
  }

  // MARK: Bytes

  /// How many bytes the kernel takes.
  func send(_ bytes: UnsafeRawPointer, _ count: Int, urgent: Bool = false) -> Result<Int, SocketFailure> {
    let flags = Int32(MSG_NOSIGNAL) | (urgent ? Int32(MSG_OOB) : 0)
    let taken = unsafe Glibc.send(descriptor, bytes, count, flags)
    return taken >= 0 ? .success(taken) : .failure(SocketFailure(call: "send", code: errno))
  }

  /// How many bytes came; none is the end of the stream.
  func receive(_ room: UnsafeMutableRawPointer, _ count: Int, urgent: Bool = false) -> Result<Int, SocketFailure> {
    let taken = unsafe recv(descriptor, room, count, urgent ? Int32(MSG_OOB) : 0)
    return taken >= 0 ? .success(taken) : .failure(SocketFailure(call: "recv", code: errno))
  }

  // MARK: Ending

  /// Closes in order: an end behind what was sent, or a reset if something is unread.
  func close() { close { _ in } }

  /// Closes with a reset.
  func reset() { close { demand(porxy_reset_on_close($0, 1), "SO_LINGER") } }

  private func close(_ prepare: (Int32) -> Void) {
    isClosed.withLock { isClosed in
      guard !isClosed else { return }
      isClosed = true
      prepare(descriptor)
      Glibc.close(descriptor)
    }
  }

  /// shutdown(SHUT_WR); what the kernel has against it.
  func finish() -> SocketFailure? {
    shutdown(descriptor, Int32(SHUT_WR)) == 0 ? nil : SocketFailure(call: "shutdown", code: errno)
  }

  // MARK: What the kernel knows

  func set(_ level: Int32, _ name: Int32, _ value: Int32) {
    let result = unsafe withUnsafeBytes(of: value) {
      unsafe setsockopt(descriptor, level, name, $0.baseAddress, socklen_t($0.count))
    }
    demand(result, "option \(name) of level \(level)")
  }

  func option(_ level: Int32, _ name: Int32) -> Int32 {
    var value: Int32 = -1
    var length = socklen_t(MemoryLayout<Int32>.size)
    demand(unsafe getsockopt(descriptor, level, name, &value, &length), "the value of option \(name)")
    return value
  }

  /// Takes the pending error, SO_ERROR; 0 is none.
  func takeError() -> Int32 { option(SOL_SOCKET, SO_ERROR) }

  /// Polls for the events, errors and hang-ups; 0 when the deadline passed.
  func wait(for events: Int32, by deadline: Deadline) -> Int32 {
    var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    var found = unsafe poll(&entry, 1, deadline.milliseconds)
    while found < 0, errno == EINTR {  // bound: the deadline
      found = unsafe poll(&entry, 1, deadline.milliseconds)
    }
    demand(found, "poll")
    return found > 0 ? Int32(entry.revents) : 0
  }

  /// Bytes that can be read.
  var unreadCount: Int { count(porxy_unread(descriptor), "FIONREAD") }
  /// Bytes that the other kernel has not acknowledged.
  var unacknowledgedCount: Int { count(porxy_unacknowledged(descriptor), "SIOCOUTQ") }

  /// The state of this number in TCP_INFO.
  var state: Int32 { porxy_state(descriptor) }

  private func count(_ result: Int32, _ what: String) -> Int {
    demand(result, what)
    return Int(result)
  }

  /// Drops everything that arrives, as a machine does that has no power.
  func fallSilent() { demand(porxy_deafen(descriptor), "IP_MINTTL") }

  /// Lets arrive again what the other side still sends.
  func comeBack() { demand(porxy_hear(descriptor), "IP_MINTTL") }

  /// `result` is negative where the kernel refuses what a test needs.
  private func demand(_ result: Int32, _ wanted: String) {
    guard result < 0 else { return }
    // The functions of CPorxyPeers answer -errno, the kernel's own -1.
    let code = result == -1 ? errno : -result
    Issue.record("the kernel refuses \(wanted): \(SocketFailure.name(of: code))")
  }
}
