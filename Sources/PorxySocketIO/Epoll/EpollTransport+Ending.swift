import Glibc
public import PorxyCore

extension EpollTransport {
  public mutating func finishSending(on socket: SocketID) {
    let entry = unsafe sockets[socket]
    if unsafe entry.pointee.traits.contains(.connecting) { unsafe entry.pointee.traits.insert(.endedEarly) }
    unsafe Syscalls.finishSending(on: entry.pointee.descriptor)
    // Both streams are whole: should porxy die, the kernel delivers them.
    if unsafe entry.pointee.traits.contains(.peerEnded) { unsafe Self.setResetOnClose(false, entry) }
  }

  public mutating func resetIfAbandoned(_ socket: SocketID) {
    unsafe Self.setResetOnClose(true, sockets[socket])
  }

  public mutating func close(_ socket: SocketID, _ closing: Closing) {
    let entry = unsafe sockets[socket]
    unsafe Self.setResetOnClose(closing == .abortive, entry)
    let resets = unsafe entry.pointee.traits.contains(.resetsOnClose)
    let descriptor = sockets.remove(socket)
    switch closing {
    case .abortive: if !resets { Syscalls.disconnect(descriptor) }
    // It could not be taken back: the end goes out before the close destroys what is left.
    case .orderly: if resets { Syscalls.finishSending(on: descriptor) }
    }
    Syscalls.close(descriptor)
    reserve.refill()
  }

  /// Has every close reset, the kernel's own among them, or none; a call only where that is not so already.
  private static func setResetOnClose(_ resets: Bool, _ entry: UnsafeMutablePointer<SocketEntry>) {
    guard unsafe entry.pointee.traits.contains(.resetsOnClose) != resets else { return }
    guard unsafe Syscalls.setResetOnClose(resets, entry.pointee.descriptor) else { return }
    if resets {
      unsafe entry.pointee.traits.insert(.resetsOnClose)
    } else {
      unsafe entry.pointee.traits.remove(.resetsOnClose)
    }
  }

  public mutating func sendQueue(of socket: SocketID) -> SendQueue {
    unsafe Syscalls.sendQueue(of: sockets[socket].pointee.descriptor)
  }

  public mutating func lastAcknowledgement(on socket: SocketID) -> Instant {
    guard let since = unsafe Syscalls.sinceAcknowledgement(on: sockets[socket].pointee.descriptor) else { return now }
    let clock = Syscalls.clock().nanoseconds
    return Instant(nanoseconds: clock - min(since.nanoseconds, clock))
  }

  public mutating func statistics(of socket: SocketID) -> SocketStatistics? {
    unsafe Syscalls.statistics(of: sockets[socket].pointee.descriptor)
  }

  public mutating func takeFailure(on socket: SocketID) -> Failure? {
    let entry = unsafe sockets[socket]
    var error = unsafe entry.pointee.takeStashedError()
    if error == 0 { error = unsafe Syscalls.takeError(of: entry.pointee.descriptor) }
    return error == 0 ? nil : unsafe Self.failure(error, on: entry)
  }

  public mutating func setKeepalive(_ keepalive: Keepalive, on socket: SocketID) {
    unsafe Syscalls.apply(keepalive, to: sockets[socket].pointee.descriptor)
  }

  public mutating func localEndpoint(of socket: SocketID) -> Endpoint? {
    unsafe Syscalls.localEndpoint(of: sockets[socket].pointee.descriptor)
  }

  /// Tells a reset that answers a keepalive probe from one that answers data: with nothing sent and a probe unanswered,
  /// it is the probe that the peer's kernel knew no connection for (HALF).
  static func failure(_ error: Int32, on entry: UnsafeMutablePointer<SocketEntry>) -> Failure {
    guard error == EPIPE, unsafe !entry.pointee.traits.contains(.local) else { return Failure(errno: error) }
    let descriptor = unsafe entry.pointee.descriptor
    let answersProbe = Syscalls.hasUnansweredProbe(descriptor) && Syscalls.sendQueue(of: descriptor).isEmpty
    return answersProbe ? .forgotten : .resetAfterEnd
  }
}
