import PorxyCore

/// What one connection waits for, in nanoseconds of virtual time; `.max` where it waits for nothing.
struct ConnectionTimers {
  /// Retransmission of whatever waits for an acknowledgement, or a probe of a closed window.
  var retransmit: UInt64 = .max
  var keepalive: UInt64 = .max

  /// Times the retransmission timer has run out in a row.
  var expiries = 0
  /// Exponent of the wait.
  var backoff: UInt64 = 0
  /// A first, early retransmission (tail loss probe) that does not count was made.
  var lossProbeSent = false
  /// The first retransmission in a row, from which patience is counted; 0 for none.
  var retransmittingSince: UInt64 = 0
  /// The window has been closed since; 0: it is open.
  var windowClosedSince: UInt64 = 0
  /// The connection attempt began.
  var dialledAt: UInt64 = 0
  /// The last segment of the peer arrived.
  var lastHeard: UInt64 = 0
  var keepaliveProbes = 0

  /// Patience with unacknowledged bytes in place of the kernel's own; 0: the kernel's.
  var userTimeout: UInt64 = 0
  var keepaliveOptions: Keepalive?
  /// Times that something was sent again.
  var retransmits: UInt32 = 0
  /// A round trip as last measured.
  var roundTrip: UInt64 = 0
  /// The place whose acknowledgement ends the running measurement; 0: none runs.
  var timedPlace: UInt64 = 0
  var timedAt: UInt64 = 0
  var synRetries = 6
  /// How long it outlives its owner while it waits for the peer's end.
  var finTimeout: UInt64 = 60_000_000_000

  var next: UInt64 { min(retransmit, keepalive) }

  /// The wait before the next retransmission.
  var wait: UInt64 {
    min(max(200_000_000, roundTrip &* 3) << min(backoff, 20), 120_000_000_000)
  }

  /// Forgets that anything was amiss.
  mutating func resetRetransmission() {
    retransmit = .max
    expiries = 0
    backoff = 0
    lossProbeSent = false
    retransmittingSince = 0
    windowClosedSince = 0
  }
}

/// Where a SYN comes from and goes to; everything later goes by `Socket`.
struct SynRecord {
  var from: Endpoint
  var to: Endpoint
  var stream: UInt64
}

extension Network {
  /// The earliest timer of a socket has run out.
  func timerFires(_ slot: Int) {
    trace.add(.timer, blocks[slot].stream, UInt64(blocks[slot].state.rawValue), 0, at: time)
    let generation = blocks[slot].generation
    if blocks[slot].timers.retransmit <= time {
      blocks[slot].timers.retransmit = .max
      switch blocks[slot].state {
      case .synSent: repeatSyn(slot)
      case .synReceived: repeatSynAck(slot)
      default: blocks[slot].timers.windowClosedSince != 0 ? probeWindow(slot) : retransmit(slot)
      }
    }
    guard blocks[slot].generation == generation else { return }
    if blocks[slot].timers.keepalive <= time {
      blocks[slot].timers.keepalive = .max
      keepaliveFires(slot)
    }
    guard blocks[slot].generation == generation else { return }
    setTimer(slot)
  }

  // MARK: Handshake

  /// R18: five waits of one second, then 2, 4, 8 … until the time that so many doublings would have taken has passed.
  private func repeatSyn(_ slot: Int) {
    let user = blocks[slot].timers.userTimeout
    let patience = user > 0 ? user : (1 << (UInt64(blocks[slot].timers.synRetries) + 1) - 1) * 1_000_000_000
    let elapsed = time - blocks[slot].timers.dialledAt
    guard elapsed < patience else { return fail(slot, .timedOut) }
    blocks[slot].timers.expiries += 1
    let expiries = UInt64(blocks[slot].timers.expiries)
    let wait: UInt64 = (expiries < 5 ? 1 : 1 << (expiries - 4)) * 1_000_000_000
    blocks[slot].timers.retransmit = time + (user > 0 ? min(wait, user - elapsed) : wait)
    sendSyn(slot)
  }

  private func repeatSynAck(_ slot: Int) {
    guard blocks[slot].timers.expiries < 5 else {
      let id = socket(slot)
      listeners[Int(blocks[slot].listener)].halfOpen.removeAll { $0 == id }
      return free(slot)
    }
    blocks[slot].timers.expiries += 1
    blocks[slot].timers.retransmit = time + 1_000_000_000 << UInt64(blocks[slot].timers.expiries)
    sendSyn(slot)
  }

  // MARK: Data

  /// Sends again what was not acknowledged: first an early try that does not count (tail loss probe), then with growing
  /// waits until patience is over (R19).
  private func retransmit(_ slot: Int) {
    guard blocks[slot].acknowledged < blocks[slot].sent else { return }
    guard blocks[slot].timers.lossProbeSent else {
      blocks[slot].timers.lossProbeSent = true
      return sendAgain(slot, patienceLeft: nil)
    }
    var left: UInt64?
    if blocks[slot].timers.retransmittingSince == 0 {
      blocks[slot].timers.retransmittingSince = time
      if blocks[slot].timers.userTimeout > 0 { left = blocks[slot].timers.userTimeout }
    } else {
      let elapsed = time - blocks[slot].timers.retransmittingSince
      let patience = retransmissionPatience(slot)
      guard elapsed < patience else { return fail(slot, .timedOut) }
      if blocks[slot].timers.userTimeout > 0 { left = patience - elapsed }
    }
    blocks[slot].timers.expiries += 1
    blocks[slot].timers.backoff += 1
    sendAgain(slot, patienceLeft: left)
  }

  private func sendAgain(_ slot: Int, patienceLeft left: UInt64?) {
    blocks[slot].timers.retransmit = time + min(blocks[slot].timers.wait, left ?? .max)
    blocks[slot].timers.retransmits &+= 1
    blocks[slot].next = blocks[slot].acknowledged
    transmit(slot)
  }

  /// What so many doublings from 200 ms, capped at 120 s, add up to: 15 with an owner (tcp_retries2), 8 without.
  private func retransmissionPatience(_ slot: Int) -> UInt64 {
    if blocks[slot].timers.userTimeout > 0 { return blocks[slot].timers.userTimeout }
    return blocks[slot].isOpen || blocks[slot].listener != .max ? 924_600_000_000 : 102_200_000_000
  }

  /// A closed window is asked about for ever as long as somebody answers, unless a user timeout is set (R19).
  private func probeWindow(_ slot: Int) {
    let user = blocks[slot].timers.userTimeout
    let elapsed = time - blocks[slot].timers.windowClosedSince
    if user > 0, elapsed >= user { return fail(slot, .timedOut) }
    let isOrphan = !blocks[slot].isOpen && blocks[slot].listener == .max
    if blocks[slot].timers.expiries >= (isOrphan ? 8 : 15) || (isOrphan && blocks[slot].timers.backoff >= 10) {
      return fail(slot, .timedOut)
    }
    blocks[slot].timers.expiries += 1
    blocks[slot].timers.backoff += 1
    let wait = blocks[slot].timers.wait
    blocks[slot].timers.retransmit = time + (user > 0 ? min(wait, user - elapsed) : wait)
    launch(segment(.probe, from: slot))
  }

  // MARK: Keepalive

  func armKeepalive(_ slot: Int) {
    guard let options = blocks[slot].timers.keepaliveOptions, blocks[slot].state.isSynchronized else {
      blocks[slot].timers.keepalive = .max
      return
    }
    blocks[slot].timers.keepalive = max(time, blocks[slot].timers.lastHeard + options.idle.nanoseconds)
  }

  private func keepaliveFires(_ slot: Int) {
    guard let options = blocks[slot].timers.keepaliveOptions, blocks[slot].state.isSynchronized else { return }
    let idle = options.idle.nanoseconds
    let silence = time - blocks[slot].timers.lastHeard
    // Bytes under way ask the same question by themselves.
    guard blocks[slot].acknowledged == blocks[slot].outEnd, silence >= idle else {
      blocks[slot].timers.keepalive = max(time + 1, blocks[slot].timers.lastHeard + idle)
      if blocks[slot].acknowledged < blocks[slot].outEnd { blocks[slot].timers.keepalive = time + idle }
      return
    }
    let user = blocks[slot].timers.userTimeout
    let probes = blocks[slot].timers.keepaliveProbes
    if user > 0 ? silence >= user && probes > 0 : probes >= options.count {
      sendReset(slot)
      return fail(slot, .timedOut)
    }
    blocks[slot].timers.keepaliveProbes += 1
    blocks[slot].timers.keepalive = time + options.interval.nanoseconds
    launch(segment(.probe, from: slot))
  }

  func apply(_ options: SocketOptions, to slot: Int) {
    blocks[slot].timers.userTimeout = options.userTimeout?.nanoseconds ?? 0
    blocks[slot].timers.keepaliveOptions = options.keepalive
    armKeepalive(slot)
  }
}
