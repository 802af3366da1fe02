import PorxyCore

/// How a process came to its end.
public enum Death: Sendable, Equatable {
  /// Its kernel ends its connections, or resets them where bytes were unread or the process had asked for it.
  case killed
  /// Its kernel is gone too; nobody is told.
  case lostPower
}

/// What the kernel knew of a transport's socket when the transport closed it, by which timeouts are judged.
struct ClosingRecord {
  let local: Endpoint
  let remote: Endpoint
  let at: Instant
  /// When bytes were last received from it by the transport, or acknowledged by its peer.
  let movedAt: Instant
  /// Bytes had come that the transport could have received.
  let hasUnread: Bool
  /// It would have taken bytes to send.
  let takesMore: Bool
  /// It was connected, and the transport had not taken the event that says so.
  let isUntold: Bool

  init(_ block: ControlBlock, at time: UInt64) {
    let isAlive = block.state.isSynchronized
    local = block.local
    remote = block.remote
    at = Instant(nanoseconds: time)
    movedAt = Instant(nanoseconds: block.movedAt)
    hasUnread = isAlive && !block.receiveIsShut && block.readable > 0
    takesMore = isAlive && !block.sendIsShut && block.isWritable
    isUntold = block.isDialling && block.wasEstablished && isAlive
  }
}

/// The calls that end a direction or a socket.
extension Network {
  /// Which direction a shutdown ends.
  public enum Direction: Sendable {
    case receiving
    case sending
    case both

    var includesReceiving: Bool { self != .sending }
    var includesSending: Bool { self != .receiving }
  }

  /// shutdown(): R9, R10, H17.
  public func shutDown(_ socket: Socket, _ direction: Direction) throws(SocketError) {
    let slot = open(socket)
    guard blocks[slot].state != .closed else {
      // inet_shutdown() wakes whoever waits, even where there is nothing to shut.
      wake(slot)
      throw .notConnected
    }
    end(slot, direction)
  }

  /// shutdown(SHUT_WR) by somebody who does not ask whether it was of use.
  public func finishSending(_ socket: Socket) {
    let slot = open(socket)
    if blocks[slot].state != .closed { end(slot, .sending) }
  }

  private func end(_ slot: Int, _ direction: Direction) {
    guard blocks[slot].state != .synSent else { return disconnect(slot) }
    if direction.includesReceiving { blocks[slot].receiveIsShut = true }
    if direction.includesSending {
      blocks[slot].sendIsShut = true
      queueEnd(slot)
    }
    wake(slot)
  }

  /// SO_LINGER {1, 0}, which holds for a close by the kernel, too; or not any more.
  public func setResetOnClose(_ resets: Bool, _ socket: Socket) { blocks[open(socket)].resetsOnClose = resets }

  /// close(): in order, unless SO_LINGER was set before.
  public func close(_ socket: Socket) {
    let slot = open(socket)
    guard !blocks[slot].resetsOnClose else { return abort(socket) }
    trace.add(.closes, blocks[slot].stream, blocks[slot].readable, blocks[slot].written, at: time)
    abandon(slot)
    switch blocks[slot].state {
    case .closed, .synSent: free(slot)  // R23: nothing is sent for a call that was not answered.
    case .finWait2 where blocks[slot].readable == 0:
      leave(slot, awaitsEnd: true, for: blocks[slot].timers.finTimeout)
    default:
      if blocks[slot].readable > 0 {
        // R7: what was not received is told by a reset, even where the peer has ended before.
        destroy(slot, tellsPeer: true)
      } else {
        queueEnd(slot)
      }
    }
  }

  /// close() with SO_LINGER{1,0}: a reset, and what was not sent is destroyed (R8).
  public func abort(_ socket: Socket) {
    let slot = open(socket)
    trace.add(.aborts, blocks[slot].stream, blocks[slot].readable, blocks[slot].written, at: time)
    if blocks[slot].id != nil { closings.append(ClosingRecord(blocks[slot], at: time)) }
    if isHeldByPeer(slot) { abortedWhileHeld.append(blocks[slot].stream) }
    abandon(slot)
    switch blocks[slot].state {
    case .closed, .synSent: free(slot)
    case .closing, .lastAck: destroy(slot, tellsPeer: blocks[slot].sent < blocks[slot].outEnd)
    default: destroy(slot, tellsPeer: true)
    }
  }

  /// Bytes wait to be sent, and none is under way: as far as this side has heard, the peer has no room for them.
  private func isHeldByPeer(_ slot: Int) -> Bool {
    blocks[slot].state.isSynchronized && blocks[slot].id != nil && blocks[slot].acknowledged == blocks[slot].sent
      && blocks[slot].sent < blocks[slot].outEnd
  }

  /// Puts an end behind what was written, once, and goes to the state that follows.
  private func queueEnd(_ slot: Int) {
    switch blocks[slot].state {
    case .established: blocks[slot].state = .finWait1
    case .closeWait: blocks[slot].state = .lastAck
    default: return
    }
    trace.add(.finishes, blocks[slot].stream, blocks[slot].written, 0, at: time)
    blocks[slot].endIsQueued = true
    transmit(slot)
  }

  /// The owner lets go of the socket; the kernel may keep it for a while.
  private func abandon(_ slot: Int) {
    hosts[blocks[slot].host.index].descriptors -= 1
    blocks[slot].isOpen = false
    blocks[slot].id = nil
    blocks[slot].receiveIsShut = true
    blocks[slot].sendIsShut = true
    blocks[slot].timers.keepalive = .max
    blocks[slot].timers.keepaliveOptions = nil
  }

  /// The connection goes at once.
  func destroy(_ slot: Int, tellsPeer: Bool) {
    purgeUnsent(slot)
    if tellsPeer { sendReset(slot) }
    free(slot)
  }

  /// tcp_disconnect of a call that was not answered.
  private func disconnect(_ slot: Int) {
    blocks[slot].state = .closed
    blocks[slot].pending = .connectionReset
    blocks[slot].isConnecting = false
    blocks[slot].timers.resetRetransmission()
    timers.cancel(slot)
    releasePort(of: slot)
    wake(slot)
  }
}
