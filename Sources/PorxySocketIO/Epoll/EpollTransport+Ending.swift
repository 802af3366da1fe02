import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func finishSending(on socket: SocketID) {
    let entry = unsafe sockets[socket]
    if unsafe entry.pointee.traits.contains(.connecting) { unsafe entry.pointee.traits.insert(.endedEarly) }
    unsafe Syscalls.finishSending(on: entry.pointee.descriptor)
  }

  public mutating func close(_ socket: SocketID, _ closing: Closing) {
    let descriptor = sockets.remove(socket)
    if closing == .abortive { Syscalls.resetOnClose(descriptor) }
    Syscalls.close(descriptor)
    reserve.refill()
  }

  public mutating func sendQueue(of socket: SocketID) -> SendQueue {
    unsafe Syscalls.sendQueue(of: sockets[socket].pointee.descriptor)
  }

  public mutating func takeFailure(on socket: SocketID) -> Failure? {
    let entry = unsafe sockets[socket]
    var error = unsafe entry.pointee.takeStashedError()
    if error == 0 { error = unsafe Syscalls.takeError(of: entry.pointee.descriptor) }
    return error == 0 ? nil : unsafe Self.failure(error, on: entry.pointee.descriptor)
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on socket: SocketID) {
    unsafe Syscalls.apply(keepalive, to: sockets[socket].pointee.descriptor)
  }

  public mutating func localEndpoint(of socket: SocketID) -> Endpoint? {
    unsafe Syscalls.localEndpoint(of: sockets[socket].pointee.descriptor)
  }

  /// Tells a reset that answers a keepalive probe from one that answers data: with nothing sent and a probe unanswered,
  /// it is the probe that the peer's kernel knew no connection for (HALF).
  static func failure(_ error: Int32, on descriptor: Int32) -> Failure {
    let answersProbe =
      error == EPIPE && Syscalls.hasUnansweredProbe(descriptor) && Syscalls.sendQueue(of: descriptor).isEmpty
    return answersProbe ? .forgotten : Failure(errno: error)
  }
}
