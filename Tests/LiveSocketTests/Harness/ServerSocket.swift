import Glibc
import Synchronization

/// A port of the kernel's choice, and the server on it once it listens. Bound without listening it refuses its clients,
/// and it keeps others from the port.
final class ServerSocket: Sendable {
  let address: Address
  private let descriptor: Mutex<Int32>

  convenience init(isV6: Bool = false, port: UInt16 = 0) throws {
    try self.init(on: Address(port: port, isV6: isV6))
  }

  init(on wanted: Address) throws {
    let bound = socket(wanted.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var one: Int32 = 1
    _ = unsafe setsockopt(bound, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    let status = unsafe wanted.withKernelForm { unsafe bind(bound, $0, $1) }
    guard status == 0 else {
      let code = errno
      Glibc.close(bound)
      throw SocketFailure(call: "bind", code: code)
    }
    address = wanted.with(port: Address.port(of: bound))
    descriptor = Mutex(bound)
  }

  deinit { close() }

  /// For whoever waits for clients along with other things; still this one's to close.
  var lent: Int32 { descriptor.withLock { $0 } }

  func listen(backlog: Int32 = 128) {
    _ = descriptor.withLock { Glibc.listen($0, backlog) }
  }

  /// Buffers of what is accepted from now on.
  func setBuffers(receive: Int32? = nil, send: Int32? = nil) {
    descriptor.withLock { descriptor in
      for (option, value) in [(SO_RCVBUF, receive), (SO_SNDBUF, send)] {
        guard var value else { continue }
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &value, 4)
      }
    }
  }

  /// Answers nobody any more, as a machine without power.
  func fallSilent() {
    descriptor.withLock { Peer.fallSilent($0) }
  }

  func accept(by deadline: Deadline = .usual) throws -> Peer {
    let listening = descriptor.withLock { $0 }
    var entry = pollfd(fd: listening, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&entry, 1, deadline.milliseconds) > 0 else { throw SocketFailure(call: "accept", code: 0) }
    let accepted = Glibc.accept(listening, nil, nil)
    guard accepted >= 0 else { throw SocketFailure(call: "accept", code: errno) }
    return Peer(accepted, speaks: .server, hears: .client)
  }

  /// Whether nobody connects for that long.
  func staysAlone(_ duration: Duration) -> Bool {
    var entry = pollfd(fd: descriptor.withLock { $0 }, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, Deadline(in: duration).milliseconds) == 0
  }

  func close() {
    descriptor.withLock { descriptor in
      if descriptor >= 0 { Glibc.close(descriptor) }
      descriptor = -1
    }
  }
}
