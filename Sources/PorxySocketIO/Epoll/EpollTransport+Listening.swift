import CPorxyLinux
import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func listen(on endpoint: Endpoint, _ options: ListenOptions) throws(TransportError) -> ListenerID {
    if self.options.probesPorts, endpoint.port != 0 {
      // Without SO_REUSEPORT, so that it fails where anybody listens.
      _ = try Self.bind(to: endpoint, isDualStack: options.isDualStack, sharesPort: false)
    }
    let socket = try Self.bind(to: endpoint, isDualStack: options.isDualStack, sharesPort: true)
    Syscalls.apply(options.socket, to: socket.number, at: endpoint.address)
    Syscalls.limitUnsent(of: socket.number)
    _ = try Self.check(Syscalls.listen(socket.number, backlog: options.backlog), during: "listen")
    let id = listeners.nextID
    _ = try Self.check(
      Syscalls.add(source: socket.number, to: epoll.number, data: UInt64(id.rawValue)), during: "epoll")
    listeners.insert(socket.release())
    return id
  }

  public mutating func accept(from listener: ListenerID) -> Acceptance {
    var peer = porxy_address()
    let descriptor = Syscalls.accept(from: listeners[listener], peer: &peer)
    guard descriptor >= 0 else { return Self.refusal(-descriptor) }
    let socket = sockets.insert(descriptor, .unknown)
    let result = Syscalls.add(socket: descriptor, to: epoll.number, data: socket.epollData)
    guard result >= 0 else {
      close(socket, .abortive)
      return .failed(Failure(errno: -result))
    }
    return .accepted(socket, from: Endpoint(peer))
  }

  public mutating func closeListener(_ listener: ListenerID) {
    Syscalls.close(listeners.remove(listener))
    reserve.refill()
  }

  /// Where the listener listens, with the port that the kernel chose if it was asked to.
  public func localEndpoint(of listener: ListenerID) -> Endpoint? {
    Syscalls.localEndpoint(of: listeners[listener])
  }

  private static func bind(
    to endpoint: Endpoint, isDualStack: Bool, sharesPort: Bool
  ) throws(TransportError) -> Descriptor {
    let socket = Descriptor(owning: try check(Syscalls.socket(endpoint.address.family), during: "socket"))
    _ = try check(Syscalls.reuseAddress(of: socket.number), during: "bind")
    if sharesPort { _ = try check(Syscalls.reusePort(of: socket.number), during: "bind") }
    if endpoint.address.family == .v6 {
      _ = try check(Syscalls.setV6Only(!isDualStack, on: socket.number), during: "bind")
    }
    _ = try check(Syscalls.bind(socket.number, to: endpoint), during: "bind")
    return socket
  }

  private static func refusal(_ error: Int32) -> Acceptance {
    invariant(error != EBADF && error != EINVAL && error != ENOTSOCK, "a listener listens until it is closed")
    return error == EAGAIN ? .drained : .failed(Failure(errno: error))
  }
}

extension SocketID {
  /// What epoll gives back with the socket's events.
  var epollData: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}
