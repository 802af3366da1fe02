package import PorxyCore

extension Network: PeerKernel {
  package func progress(of socket: Socket) -> ConnectProgress {
    if state(of: socket) == .synSent { return .pending }
    if blocks[socket.index].wasEstablished { return .established }
    return .failed(takeError(socket) ?? .connectionAborted)
  }

  package func lastUnread(on socket: Socket, before leaving: Observation.Leaving) -> LastUnread {
    LastUnread(count: readableCount(on: socket), isFinal: true)
  }

  package func setPause(of number: Int, until instant: Instant) {
    setAlarm(UInt64(number) << 1 | 1, at: instant)
  }
}
