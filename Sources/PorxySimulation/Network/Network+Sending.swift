import PorxyCore

extension Network {
  /// Sends what the peer's window allows, and sees to it that what was sent is heard of.
  func transmit(_ slot: Int) {
    let end = blocks[slot].outEnd
    let limit = min(end, blocks[slot].granted)
    if blocks[slot].next < limit {
      let most = UInt64(wires[wire(blocks[slot].host, blocks[slot].peerHost)].link.segmentMax)
      while blocks[slot].next < limit {  // bound: the window
        sendText(slot, upTo: min(limit, blocks[slot].next + most))
      }
    }
    armRetransmission(slot)
  }

  private func sendText(_ slot: Int, upTo place: UInt64) {
    var segment = segment(.text, from: slot)
    segment.offset = blocks[slot].next
    segment.count = UInt32(min(place, blocks[slot].written) - min(blocks[slot].next, blocks[slot].written))
    segment.carriesEnd = place > blocks[slot].written
    let urgent = blocks[slot].urgentEdge
    segment.isUrgent = urgent > blocks[slot].next && urgent <= place
    blocks[slot].next = place
    if place > blocks[slot].sent {
      blocks[slot].sent = place
      if blocks[slot].timers.timedPlace == 0 {
        blocks[slot].timers.timedPlace = place
        blocks[slot].timers.timedAt = time
      }
    }
    launch(segment)
  }

  /// Waits for an acknowledgement, or for a closed window to open.
  private func armRetransmission(_ slot: Int) {
    if blocks[slot].acknowledged < blocks[slot].sent {
      if blocks[slot].timers.windowClosedSince != 0 {
        blocks[slot].timers.resetRetransmission()
      }
    } else if blocks[slot].next < blocks[slot].outEnd {
      if blocks[slot].timers.windowClosedSince == 0 {
        blocks[slot].timers.resetRetransmission()
        blocks[slot].timers.windowClosedSince = time
      }
    } else {
      return
    }
    guard blocks[slot].timers.retransmit == .max else { return }
    blocks[slot].timers.retransmit = time + blocks[slot].timers.wait
    setTimer(slot)
  }

  /// Tells the peer what has arrived and how much room there is.
  func acknowledge(_ slot: Int) {
    var segment = segment(.text, from: slot)
    segment.offset = blocks[slot].next
    launch(segment)
  }

  /// Resets the peer; nothing of the own side is changed.
  func sendReset(_ slot: Int, answersProbe: Bool = false) {
    var segment = segment(.reset, from: slot)
    segment.answersProbe = answersProbe
    launch(segment)
  }

  /// Answers a segment that no connection was found for (RFC 9293, section 3.5.2); a reset is never answered (C27).
  func refuse(_ segment: Segment) {
    guard segment.kind != .reset else { return }
    launch(
      Segment(
        kind: .reset, answersProbe: segment.kind == .probe, fromHost: segment.toHost, toHost: segment.fromHost,
        source: segment.destination, destination: segment.source))
  }

  /// A segment to the peer that tells what has arrived.
  func segment(_ kind: Segment.Kind, from slot: Int) -> Segment {
    blocks[slot].offered = max(blocks[slot].offered, blocks[slot].edge)
    return Segment(
      kind: kind, fromHost: blocks[slot].host, toHost: blocks[slot].peerHost, source: socket(slot),
      destination: blocks[slot].peer, acknowledged: blocks[slot].arrived, edge: blocks[slot].offered)
  }

  /// Puts a segment on its way; it overtakes nothing else that is on its way to the same socket.
  func launch(_ segment: Segment) {
    let place = wire(segment.fromHost, segment.toHost)
    var lands = time + wires[place].latency + wires[place].extraLatency
    let bandwidth = wires[place].bandwidth
    let low = wires[place].lowBandwidth
    if bandwidth > 0 || low > 0 {
      if low > 0, segment.count > 0 { faultsMet.meet(.bandwidth) }
      let rate = low > 0 && (bandwidth == 0 || low < bandwidth) ? low : bandwidth
      let begins = max(time, wires[place].busyUntil)
      wires[place].busyUntil = begins + UInt64(segment.count) * 1_000_000_000 / rate
      lands += wires[place].busyUntil - time
    }
    if wires[place].extraLatency > 0 { faultsMet.meet(.latency) }
    if wires[place].jitterMax > 0 || wires[place].lossPermille > 0 { lands += delay(segment, on: place) }
    if let slot = live(segment.destination) {
      lands = max(lands, blocks[slot].horizon)
      blocks[slot].horizon = lands
    }
    schedule(lands, .lands(segment))
  }

  private func delay(_ segment: Segment, on place: Int) -> UInt64 {
    let (stream, n) = nextSegment(of: segment.source)
    var delay: UInt64 = 0
    if wires[place].jitterMax > 0 {
      faultsMet.meet(.jitter)
      delay += chance.below(wires[place].jitterMax + 1, .jitter, stream, n)
    }
    if chance.happens(wires[place].lossPermille, .loss, stream, n) {
      faultsMet.meet(.loss)
      delay += 200_000_000 << chance.below(3, .lossLength, stream, n)
    }
    return delay
  }

  /// The key of a segment's draws.
  func nextSegment(of source: Socket) -> (stream: UInt64, n: UInt64) {
    guard let slot = live(source) else { return (source.rawValue, time) }
    blocks[slot].segments += 1
    return (blocks[slot].stream, blocks[slot].segments)
  }

  func setTimer(_ slot: Int) {
    timers.set(slot, to: blocks[slot].timers.next)
  }
}
