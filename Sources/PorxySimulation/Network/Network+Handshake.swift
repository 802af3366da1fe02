import PorxyCore

extension Network {
  /// Calls the peer (again), or answers its call (again).
  func sendSyn(_ slot: Int) {
    guard blocks[slot].state == .synSent else {
      return launch(segment(.synAck, from: slot))
    }
    var syn = segment(.syn, from: slot)
    let record = SynRecord(from: blocks[slot].local, to: blocks[slot].remote, stream: blocks[slot].stream)
    if let free = freeCalls.popLast() {
      calls[Int(free)] = record
      syn.offset = UInt64(free)
    } else {
      syn.offset = UInt64(calls.count)
      calls.append(record)
    }
    syn.destination = .none
    launch(syn)
  }

  func releaseCall(_ syn: Segment) {
    freeCalls.append(UInt32(syn.offset))
  }

  func landSyn(_ syn: Segment) {
    let call = calls[Int(syn.offset)]
    releaseCall(syn)
    let host = syn.toHost.index
    if let caller = hosts[host].ports[portKey(call.to.port, call.from)]?.socket, let slot = live(caller),
      blocks[slot].remote == call.from, blocks[slot].state == .synSent || blocks[slot].peer == syn.source
    {
      return meetCaller(slot, syn)
    }
    // A late copy: the connection exists, and its kernel would know the ports (challenge ACK).
    if let caller = live(syn.source), blocks[caller].state != .synSent { return }
    guard !hosts[host].conditions.refuses else {
      faultsMet.meet(.refused)
      return refuse(syn)
    }
    let group = group(at: call.to, on: syn.toHost)
    for index in group {
      if let known = listeners[index].halfOpen.first(where: { blocks[$0.index].peer == syn.source }) {
        return sendSyn(known.index)
      }
    }
    guard let index = choose(group, for: call) else { return refuse(syn) }
    guard !listeners[index].isDeaf else { return }
    // The SYN queue is bounded like the accept queue (`inet_csk_reqsk_queue_is_full`, without SYN cookies).
    guard hasRoom(index), listeners[index].halfOpen.count <= listeners[index].backlog else { return }
    takeCall(call, syn, for: index)
  }

  /// R17: a SYN that finds the accept queue full is dropped.
  private func hasRoom(_ index: Int) -> Bool {
    if hosts[listeners[index].host.index].conditions.acceptQueueIsFull {
      faultsMet.meet(.acceptQueueFull)
      return false
    }
    return !listeners[index].isFull
  }

  private func takeCall(_ call: SynRecord, _ syn: Segment, for index: Int) {
    let slot = allocate(on: syn.toHost)
    blocks[slot].state = .synReceived
    blocks[slot].local = call.to
    blocks[slot].remote = call.from
    blocks[slot].stream = call.stream ^ 1
    blocks[slot].peer = syn.source
    blocks[slot].peerHost = syn.fromHost
    blocks[slot].granted = syn.edge
    blocks[slot].listener = UInt32(index)
    blocks[slot].sendCapacity = listeners[index].sendCapacity
    blocks[slot].receiveCapacity = listeners[index].receiveCapacity
    blocks[slot].timers.dialledAt = time
    apply(listeners[index].socket, to: slot)
    listeners[index].halfOpen.append(socket(slot))
    sendSyn(slot)
    blocks[slot].timers.retransmit = time + 1_000_000_000
    setTimer(slot)
  }

  /// Both ends have called each other; a socket can call itself that way (R18).
  private func meetCaller(_ slot: Int, _ syn: Segment) {
    guard blocks[slot].state == .synSent else { return acknowledge(slot) }
    blocks[slot].peer = syn.source
    blocks[slot].granted = syn.edge
    establish(slot)
    acknowledge(slot)
  }

  func landInSynSent(_ slot: Int, _ segment: Segment) {
    switch segment.kind {
    case .reset: reset(slot, answersProbe: false)
    case .synAck, .text:  // Text: the other has met this end's call with its own.
      blocks[slot].peer = segment.source
      blocks[slot].granted = segment.edge
      establish(slot)
      acknowledge(slot)
    case .syn, .probe: break
    }
  }

  func landInSynReceived(_ slot: Int, _ segment: Segment) {
    guard segment.kind != .probe, segment.kind != .synAck else { return }
    let index = Int(blocks[slot].listener)
    // As if it had been lost: the SYN-ACK is sent again, and the peer's bytes by the peer.
    guard hasRoom(index) else { return }
    let id = socket(slot)
    listeners[index].halfOpen.removeAll { $0 == id }
    listeners[index].waiting.append(id)
    blocks[slot].granted = max(blocks[slot].granted, segment.edge)
    establish(slot)
    wakeListener(index)
    if segment.count > 0 || segment.carriesEnd { landInConnection(slot, segment) }
  }

  func landReset(_ slot: Int, _ segment: Segment) {
    if blocks[slot].state == .synReceived {
      // The listener never hears of it (R23; measured: nothing is accepted).
      let id = socket(slot)
      listeners[Int(blocks[slot].listener)].halfOpen.removeAll { $0 == id }
      return free(slot)
    }
    // A refusal of a SYN that was sent twice is outside the window of the connection that exists.
    guard blocks[slot].peer == segment.source else { return }
    reset(slot, answersProbe: segment.answersProbe)
  }

  private func establish(_ slot: Int) {
    blocks[slot].state = .established
    blocks[slot].wasEstablished = true
    if blocks[slot].timers.expiries == 0 {
      blocks[slot].timers.roundTrip = time - blocks[slot].timers.dialledAt
    }
    blocks[slot].timers.resetRetransmission()
    blocks[slot].timers.lastHeard = time
    armKeepalive(slot)
    setTimer(slot)
    wake(slot)
  }

  /// What a host keeps a connecting socket's port under: the port and the remote end.
  func portKey(_ port: UInt16, _ remote: Endpoint) -> UInt64 {
    let address = SplitMix64.mix(remote.address.low ^ SplitMix64.mix(remote.address.high))
    return address << 32 | UInt64(remote.port) << 16 | UInt64(port)
  }
}
