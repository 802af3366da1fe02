import PorxyCore

extension Network {
  /// A segment comes to where it was sent, if nothing on the way keeps it.
  func land(_ segment: Segment, order: UInt64) {
    guard passes(segment, order: order) else { return }
    note(segment)
    if segment.kind == .syn { return landSyn(segment) }
    guard let slot = live(segment.destination), blocks[slot].state != .closed else { return landLate(segment) }
    switch (blocks[slot].state, segment.kind) {
    case (.synSent, _): landInSynSent(slot, segment)
    case (_, .reset): landReset(slot, segment)
    case (.synReceived, _): landInSynReceived(slot, segment)
    default: landInConnection(slot, segment)
    }
  }

  /// Lets what a stall has kept go on, before whatever was sent later.
  func release(_ place: Int) {
    for kept in wires[place].held {
      events.push(Occurrence(time: time, order: kept.order, kind: .lands(kept.segment)))
    }
    wires[place].held.removeAll()
  }

  /// Judges the faults of the way, now that the segment would arrive.
  private func passes(_ segment: Segment, order: UInt64) -> Bool {
    let place = wire(segment.fromHost, segment.toHost)
    if wires[place].isStalled {
      faultsMet.meet(.stall)
      wires[place].held.append((order, segment))
      return false
    }
    if let cut = wires[place].cut {
      faultsMet.meet(cut)
      return lose(segment)
    }
    if let error = wires[place].link.unreachable {
      landUnreachable(segment, error)
      return lose(segment)
    }
    if segment.kind == .syn, wires[place].synLossPermille > 0 {
      let (stream, n) = nextSegment(of: segment.source)
      if chance.happens(wires[place].synLossPermille, .loss, stream, n) {
        faultsMet.meet(.synLost)
        return lose(segment)
      }
    }
    guard hosts[segment.toHost.index].isUp else { return lose(segment) }
    if let slot = live(segment.destination), blocks[slot].isDeaf { return lose(segment) }
    return true
  }

  private func lose(_ segment: Segment) -> Bool {
    if segment.kind == .syn { releaseCall(segment) }
    trace.add(.lost, segment.source.rawValue, segment.offset, UInt64(segment.count), at: time)
    return false
  }

  private func note(_ segment: Segment) {
    // A reset outlives its sender; whom it goes to knows the connection.
    let stream =
      live(segment.source).map { blocks[$0].stream } ?? live(segment.destination).map { blocks[$0].stream ^ 1 }
      ?? segment.source.rawValue
    let kind: TraceEntry.Kind =
      switch segment.kind {
      case .syn: .synLands
      case .synAck: .synAckLands
      case .text: segment.carriesEnd ? .endLands : .textLands
      case .probe: .probeLands
      case .reset: .resetLands
      }
    trace.add(kind, stream, segment.offset, UInt64(segment.count), at: time)
  }

  /// A router says that it cannot deliver: hard while connecting, remembered while connected (F16).
  private func landUnreachable(_ segment: Segment, _ error: SocketError) {
    guard let slot = live(segment.source) else { return }
    if blocks[slot].state == .synSent {
      fail(slot, error)
    } else {
      blocks[slot].soft = error
    }
  }

  // MARK: Established

  func landInConnection(_ slot: Int, _ segment: Segment) {
    guard blocks[slot].peer == segment.source else {
      // An answer to a SYN that was sent twice, from a second half-open connection.
      invariant(segment.kind == .synAck, "segments of a connection come from its peer")
      return refuse(segment)
    }
    blocks[slot].timers.lastHeard = time
    blocks[slot].timers.keepaliveProbes = 0
    if takeAcknowledgement(slot, segment) {
      // What is left of the connection still answers what else the segment carries.
      if segment.count > 0 || segment.carriesEnd { landLate(segment) }
      return
    }
    guard !meetsNobody(slot, segment) else {
      // R10: nobody is left who would receive it. The reset goes before what the segment has made room for.
      if segment.isUrgent { blocks[slot].urgentMark = segment.offset + UInt64(segment.count) }
      sendReset(slot)
      return reset(slot, answersProbe: false)
    }
    takeGrant(slot, segment)
    switch segment.kind {
    case .synAck, .probe: acknowledge(slot)
    default: if segment.count > 0 || segment.carriesEnd { takeText(slot, segment) }
    }
  }

  /// True when the connection is over by it.
  private func takeAcknowledgement(_ slot: Int, _ segment: Segment) -> Bool {
    invariant(segment.acknowledged <= blocks[slot].sent, "only what was sent is acknowledged")
    var isOver = false
    if blocks[slot].timers.windowClosedSince != 0 { blocks[slot].timers.expiries = 0 }
    if segment.acknowledged > blocks[slot].acknowledged {
      measureRoundTrip(slot, segment.acknowledged)
      if blocks[slot].acknowledged < blocks[slot].written { blocks[slot].movedAt = time }
      blocks[slot].acknowledged = segment.acknowledged
      blocks[slot].next = max(blocks[slot].next, segment.acknowledged)
      blocks[slot].timers.resetRetransmission()
      blocks[slot].soft = nil
      if blocks[slot].endIsAcknowledged { isOver = endAcknowledged(slot) }
      if !isOver, blocks[slot].needsSpace, blocks[slot].isWritable {
        blocks[slot].needsSpace = false
        wake(slot)
      }
    }
    return isOver
  }

  /// Bytes come to a socket that its owner has shut both ways.
  private func meetsNobody(_ slot: Int, _ segment: Segment) -> Bool {
    guard segment.kind == .text, segment.count > 0, blocks[slot].receiveIsShut else { return false }
    guard blocks[slot].state == .finWait1 || blocks[slot].state == .finWait2 else { return false }
    return segment.offset + UInt64(segment.count) > blocks[slot].arrived
  }

  /// The peer has room for more.
  private func takeGrant(_ slot: Int, _ segment: Segment) {
    blocks[slot].granted = max(blocks[slot].granted, segment.edge)
    if blocks[slot].acknowledged < blocks[slot].outEnd { transmit(slot) }
    if blocks[slot].timers.retransmit == .max { setTimer(slot) }
  }

  private func measureRoundTrip(_ slot: Int, _ acknowledged: UInt64) {
    guard blocks[slot].timers.timedPlace != 0, acknowledged >= blocks[slot].timers.timedPlace else { return }
    blocks[slot].timers.timedPlace = 0
    // Karn: what was sent twice says nothing about the time it took.
    if blocks[slot].timers.expiries == 0, !blocks[slot].timers.lossProbeSent {
      blocks[slot].timers.roundTrip = time - blocks[slot].timers.timedAt
    }
  }

  private func takeText(_ slot: Int, _ segment: Segment) {
    let end = segment.offset + UInt64(segment.count)
    let whole = end + (segment.carriesEnd ? 1 : 0)
    // Behind a lost segment, or sent a second time: what is missing comes again, in order.
    guard segment.offset <= blocks[slot].arrived, whole > blocks[slot].arrived else { return acknowledge(slot) }
    invariant(!blocks[slot].hasSeenEnd, "nothing new arrives behind a stream's end")
    invariant(end <= blocks[slot].offered, "a peer does not send beyond the window")
    if segment.isUrgent { blocks[slot].urgentMark = end }
    blocks[slot].arrived = end
    if segment.carriesEnd {
      blocks[slot].arrived = whole
      invariant(checkEnd(slot, at: end), "an end stands behind the last byte written")
      endArrived(slot)
    } else {
      acknowledge(slot)
      wake(slot)
    }
  }

  /// The peer still exists in its kernel and has written as much as its end says, or it is gone.
  private func checkEnd(_ slot: Int, at end: UInt64) -> Bool {
    guard let peer = live(blocks[slot].peer) else { return true }
    return blocks[peer].written == end
  }
}
