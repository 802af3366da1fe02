import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions, for client: SocketID
  ) throws(TransportError) -> SocketID {
    let socket = Descriptor(owning: try Self.check(openSocket(endpoint.address.family), during: "socket"))
    Syscalls.apply(options, to: socket.number, at: endpoint.address)
    let begun = Syscalls.connect(socket.number, to: endpoint)
    guard begun >= 0 else { throw TransportError(Self.failure(ofConnecting: -begun, to: endpoint), during: "connect") }
    let id = sockets.insert(socket.number, [.connecting, .needsNotsentLimit], targetPort: endpoint.port)
    // Not before connect(2): a socket that was never connected is ready, hung up.
    let result = Syscalls.add(socket: socket.number, to: epoll.number, data: id.epollData)
    guard result >= 0 else {
      _ = sockets.remove(id)
      throw TransportError(Failure(errno: -result), during: "epoll")
    }
    _ = socket.release()
    return id
  }

  public func isOwn(_ address: IPAddress) -> Bool { address.isLoopback || Syscalls.isOwn(address) }

  public mutating func isListening(at endpoint: Endpoint) -> Bool? { diagnosis.isListening(at: endpoint) }

  /// Tells the outcome of connect(2); nil while there is none.
  mutating func finishConnecting(_ socket: SocketID, _ readiness: Readiness) -> Event? {
    guard !readiness.isDisjoint(with: [.writable, .failed, .hungUp]) else { return nil }
    let entry = unsafe sockets[socket]
    unsafe entry.pointee.traits.remove(.connecting)
    if !readiness.isDisjoint(with: [.failed, .hungUp]) {
      let error = unsafe Syscalls.takeError(of: entry.pointee.descriptor)
      // Only an established connection fails like this (R1): it was connected, and its peer has reset it since. An
      // attempt that was given up here has ECONNRESET too, but no peer that could have ended (H17). Of others the mask
      // is no witness: it may be taken while the reset is dealt with, between its error and the end it brings.
      let isEstablished = unsafe !entry.pointee.traits.contains(.endedEarly) || readiness.contains(.peerEnded)
      if error == ECONNRESET || error == EPIPE, isEstablished {
        unsafe entry.pointee.stash(error)
        batch.putBack()
        return .connected(socket)
      }
      if error != 0 { return .connectFailed(socket, Failure(errno: error)) }
      // Its error was taken before its outcome (R18).
      if unsafe Syscalls.peerEndpoint(of: entry.pointee.descriptor) == nil {
        return .connectFailed(socket, .connectionAborted)
      }
    }
    let isOwn = unsafe Self.isConnectedToItself(entry.pointee.descriptor, targetPort: entry.pointee.targetPort)
    return isOwn ? .connectFailed(socket, .connectedToItself) : .connected(socket)
  }

  /// The kernel has one error for a machine without a fitting address, which nobody can wait for, and for one whose
  /// ports are all in use towards the destination (L17). UDP has ports of its own, so it tells them apart.
  private static func failure(ofConnecting error: Int32, to endpoint: Endpoint) -> Failure {
    guard error == EADDRNOTAVAIL else { return Failure(errno: error) }
    return Syscalls.route(to: endpoint) == -EADDRNOTAVAIL ? .addressUnavailable : .portsExhausted
  }

  /// Gives up the reserve for the last socket that this process can have.
  private mutating func openSocket(_ family: IPAddress.Family) -> Int32 {
    let descriptor = Syscalls.socket(family)
    let isShort = descriptor == -EMFILE || descriptor == -ENFILE
    guard isShort, reserve.yield() else { return descriptor }
    return Syscalls.socket(family)
  }

  /// R18: the kernel may choose the target's port as the local one when nobody listens there.
  private static func isConnectedToItself(_ descriptor: Int32, targetPort: UInt16) -> Bool {
    guard let local = Syscalls.localEndpoint(of: descriptor), local.port == targetPort else { return false }
    return Syscalls.peerEndpoint(of: descriptor) == local
  }
}
