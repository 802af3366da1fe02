import Glibc
import Synchronization

/// A port of the kernel's choice, and the server on it once it listens. Bound without listening it refuses its clients,
/// and it keeps others from the port.
final class ServerSocket: Sendable {
  let address: Address
  let socket: PeerSocket

  convenience init(isV6: Bool = false, port: UInt16 = 0) throws {
    try self.init(on: Address(port: port, isV6: isV6))
  }

  init(on wanted: Address) throws {
    socket = try PeerSocket(family: wanted.family)
    socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    try socket.bind(to: wanted)
    address = wanted.with(port: socket.port)
  }

  /// One that listens already.
  static func listening(isV6: Bool = false, backlog: Int32 = 128) throws -> ServerSocket {
    let server = try ServerSocket(isV6: isV6)
    server.listen(backlog: backlog)
    return server
  }

  func listen(backlog: Int32 = 128) { socket.listen(backlog: backlog) }

  /// Buffers of what is accepted from now on.
  func setBuffers(receive: Int32? = nil, send: Int32? = nil) {
    if let receive { socket.set(SOL_SOCKET, SO_RCVBUF, receive) }
    if let send { socket.set(SOL_SOCKET, SO_SNDBUF, send) }
  }

  func accept(by deadline: Deadline = .usual) throws -> Peer {
    while socket.wait(for: POLLIN, by: deadline) != 0 {  // bound: the deadline
      if let accepted = try socket.accept() { return Peer(accepted, speaks: .server, hears: .client) }
    }
    throw SocketFailure(call: "accept", code: 0)
  }

  /// Whether nobody connects for that long.
  func staysAlone(_ duration: Duration) -> Bool { socket.wait(for: POLLIN, by: Deadline(in: duration)) == 0 }

  /// Closes; from now on clients are refused, also while a child that is being started has a copy of the socket.
  func close() {
    _ = shutdown(socket.descriptor, Int32(SHUT_RD))
    socket.close()
  }
}
