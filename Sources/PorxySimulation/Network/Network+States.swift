import PorxyCore

/// The states of RFC 9293, section 3.3.2, that a socket can be in; listeners are something else here.
public enum TCPState: UInt8, Sendable {
  case closed
  case synSent
  case synReceived
  case established
  case finWait1
  case finWait2
  case closeWait
  case closing
  case lastAck
  case timeWait

  /// Both ends know each other, so a reset means something to the peer.
  var isSynchronized: Bool {
    switch self {
    case .closed, .synSent, .synReceived, .timeWait: false
    default: true
    }
  }

  /// The socket may still take bytes to send, as far as the connection goes.
  var maySend: Bool { self == .established || self == .closeWait }
}

/// What is left of a connection whose own side is over: enough to answer late segments.
struct TimeWaitRecord {
  let host: HostID
  let incarnation: UInt32
  var peer: Socket
  var peerHost: HostID
  /// The peer's end is still to come (FIN_WAIT2 without an owner); later bytes draw a reset.
  var awaitsEnd: Bool
  var arrived: UInt64
  var acknowledged: UInt64
  var edge: UInt64
  var until: UInt64
  let portKey: UInt64
}

/// Who has a port.
struct PortUse {
  var socket: Socket
  /// Free again after that; `.max` while the socket lives.
  var until: UInt64
}

/// The transitions of RFC 9293, section 3.3.2, as Linux makes them.
extension Network {
  /// The own end has arrived at the peer; true when nothing is left to wait for.
  func endAcknowledged(_ slot: Int) -> Bool {
    switch blocks[slot].state {
    case .finWait1:
      blocks[slot].state = .finWait2
      if blocks[slot].isOpen {
        wake(slot)
        return false
      }
      leave(slot, awaitsEnd: true, for: blocks[slot].timers.finTimeout)
      return true
    case .closing:
      leave(slot, awaitsEnd: false, for: hosts[blocks[slot].host.index].limits.timeWait.nanoseconds)
      return true
    case .lastAck:
      finish(slot)
      return true
    default: return false
    }
  }

  /// The peer's end has arrived.
  func endArrived(_ slot: Int) {
    blocks[slot].receiveIsShut = true
    blocks[slot].hasSeenEnd = true
    acknowledge(slot)
    switch blocks[slot].state {
    case .established: blocks[slot].state = .closeWait
    case .finWait1:
      invariant(!blocks[slot].endIsAcknowledged, "FIN_WAIT1 is over when the own end is acknowledged")
      blocks[slot].state = .closing
    case .finWait2:
      return leave(slot, awaitsEnd: false, for: hosts[blocks[slot].host.index].limits.timeWait.nanoseconds)
    default: break
    }
    wake(slot)
  }

  /// Leaves behind what answers late segments, and lets the connection itself go (TIME_WAIT, or FIN_WAIT2 without an
  /// owner).
  func leave(_ slot: Int, awaitsEnd: Bool, for duration: UInt64) {
    let socket = socket(slot)
    let host = blocks[slot].host
    purgeTimeWaits()
    timeWaits[socket.rawValue] = TimeWaitRecord(
      host: host, incarnation: hosts[host.index].incarnation, peer: blocks[slot].peer,
      peerHost: blocks[slot].peerHost, awaitsEnd: awaitsEnd, arrived: blocks[slot].arrived,
      acknowledged: blocks[slot].outEnd, edge: blocks[slot].offered, until: time + duration,
      portKey: blocks[slot].portKey)
    timeWaitOrder.append(socket)
    if blocks[slot].portKey != 0 {
      hosts[host.index].ports[blocks[slot].portKey]?.until = time + duration
      blocks[slot].portKey = 0
    }
    finish(slot)
  }

  /// The connection is over (`tcp_done`): only its owner, if there is one, and what it has not received remain.
  func finish(_ slot: Int) {
    blocks[slot].state = .closed
    blocks[slot].receiveIsShut = true
    blocks[slot].sendIsShut = true
    blocks[slot].timers.resetRetransmission()
    blocks[slot].timers.keepalive = .max
    timers.cancel(slot)
    releasePort(of: slot)
    if blocks[slot].isOpen {
      wake(slot)
    } else if blocks[slot].listener == .max {
      free(slot)
    }
  }

  /// A reset has arrived (`tcp_reset`, R1).
  func reset(_ slot: Int, answersProbe: Bool) {
    let error: SocketError =
      switch blocks[slot].state {
      case .synSent: .connectionRefused
      case .closeWait: .brokenPipe
      default: .connectionReset
      }
    blocks[slot].pendingAnswersProbe = answersProbe
    giveUp(slot, error)
  }

  /// The network has failed the connection (`tcp_write_err`).
  func fail(_ slot: Int, _ error: SocketError) {
    let told = error == .timedOut ? blocks[slot].soft ?? error : error
    trace.add(.fails, blocks[slot].stream, UInt64(told.rawValue), 0, at: time)
    giveUp(slot, told)
  }

  private func giveUp(_ slot: Int, _ error: SocketError) {
    blocks[slot].pending = error
    if blocks[slot].state.isSynchronized { blocks[slot].undelivered = sendQueue(of: slot) }
    purgeUnsent(slot)
    finish(slot)
  }

  /// Destroys what was never sent; what is on its way arrives.
  func purgeUnsent(_ slot: Int) {
    let sent = min(blocks[slot].sent, blocks[slot].written)
    let lost = blocks[slot].written - sent
    blocks[slot].written = sent
    blocks[slot].acknowledged = max(sent, blocks[slot].acknowledged)
    guard lost > 0, let peer = live(blocks[slot].peer) else { return }
    inbound[peer].removeLast(lost)
  }

  // MARK: Late segments

  /// A segment for a connection that its host does not have any more.
  func landLate(_ segment: Segment) {
    let key = segment.destination.rawValue
    guard var record = timeWaits[key], record.until > time,
      record.incarnation == hosts[record.host.index].incarnation
    else { return refuse(segment) }
    if segment.kind == .reset {
      forget(key, record)
      return
    }
    if record.awaitsEnd, segment.offset + UInt64(segment.count) > record.arrived {
      // R22, R5: nobody is left who would receive it.
      forget(key, record)
      return refuse(segment)
    }
    if record.awaitsEnd, segment.carriesEnd {
      record.awaitsEnd = false
      record.arrived += 1
      record.until = time + hosts[record.host.index].limits.timeWait.nanoseconds
      timeWaits[key] = record
      if record.portKey != 0 { hosts[record.host.index].ports[record.portKey]?.until = record.until }
    } else if segment.kind != .probe, segment.count == 0, !segment.carriesEnd {
      return
    }
    launch(
      Segment(
        kind: .text, fromHost: segment.toHost, toHost: segment.fromHost, source: segment.destination,
        destination: segment.source, offset: record.acknowledged, acknowledged: record.arrived, edge: record.edge))
  }

  private func forget(_ key: UInt64, _ record: TimeWaitRecord) {
    timeWaits[key] = nil
    if record.portKey != 0 { hosts[record.host.index].ports[record.portKey] = nil }
  }

  /// Drops what has run out, oldest first.
  private func purgeTimeWaits() {
    while let oldest = timeWaitOrder.first {  // bound: the records
      if let record = timeWaits[oldest.rawValue] {
        guard record.until <= time else { return }
        timeWaits[oldest.rawValue] = nil
        if record.portKey != 0, let use = hosts[record.host.index].ports[record.portKey], use.until <= time {
          hosts[record.host.index].ports[record.portKey] = nil
        }
      }
      _ = timeWaitOrder.popFirst()
    }
  }

  func releasePort(of slot: Int) {
    guard blocks[slot].portKey != 0 else { return }
    hosts[blocks[slot].host.index].ports[blocks[slot].portKey] = nil
    blocks[slot].portKey = 0
  }
}
