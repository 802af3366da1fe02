import PorxyCore

// What the faults of a session make of a stream, at its position and the time.
extension FaultyTransport where Base: ~Copyable {
  /// Looks at every fault that acts on the stream from a socket. Stalls that begin are noted.
  mutating func effects(on place: Int) -> StreamEffects {
    var effects = StreamEffects()
    let index = sockets[place].session
    guard index != .max, let session = sessions[Int(index)] else { return effects }
    let now = base.now
    for (number, fault) in session.faults.enumerated() where !fault.isDone && !fault.isPending {
      let active = plan.faults[fault.place]
      let planned = active.planned
      guard planned.deed.acts(onStreamOf: sockets[place].side) else { continue }
      let begin = active.beginning(since: session.acceptedAt)
      guard now >= begin else {
        effects.changesAt = min(effects.changesAt, begin)
        continue
      }
      guard now < active.end else { continue }
      guard sockets[place].position >= planned.trigger.position else {
        effects.untilNext = min(effects.untilNext, planned.trigger.position - sockets[place].position)
        continue
      }
      switch planned.deed {
      case .latency, .loss, .lateEnd, .backend, .listener, .resolution, .shortage: break
      case .corrupt: effects.corrupting = number
      case .blackHole: effects.swallows = true
      case .bandwidth(_, let rate): effects.rate = min(effects.rate ?? rate, rate)
      case .slices(_, let size, _): effects.piece = min(effects.piece, size)
      case .stall(_, let lasts):
        let end = stall(number, of: index, lasts, until: active.end, at: sockets[place].position)
        if now < end { effects.stalledUntil = max(effects.stalledUntil, end) }
      case .partition(_, let lasts, let isOneWay):
        let end = stall(number, of: index, lasts, until: active.end, at: sockets[place].position)
        guard now < end else { continue }
        effects.deafUntil = max(effects.deafUntil, end)
        if !isOneWay { effects.stalledUntil = max(effects.stalledUntil, end) }
      case .reset, .end:
        if effects.cut == nil { effects.cut = number }
      }
    }
    // It has failed below, so that nothing is left to stall.
    if sockets[place].isBroken { effects.stalledUntil = Instant(nanoseconds: 0) }
    return effects
  }

  /// When a stall or a partition ends, which may begin now.
  private mutating func stall(
    _ fault: Int, of session: UInt32, _ lasts: Duration?, until: Instant, at position: UInt64
  ) -> Instant {
    if let end = sessions[Int(session)]?.faults[fault].stallEnd { return end }
    let end = min(lasts.map { base.now + $0 } ?? .never, until)
    sessions[Int(session)]?.faults[fault].stallEnd = end
    meet(fault, of: session, at: position)
    return end
  }

  /// Until when a socket is neither read nor written.
  mutating func stallEnd(_ place: Int) -> Instant {
    guard sockets[place].isLined, sockets[place].session != .max else { return Instant(nanoseconds: 0) }
    return effects(on: place).stalledUntil
  }

  /// When bytes that come now get to the proxy; the faults that have acted on them are met. Without bytes, the stream's
  /// end, or an error. `never`: the end is lost.
  mutating func release(_ place: Int, _ count: UInt32, isEnd: Bool = false) -> Instant {
    let index = sockets[place].session
    let now = base.now
    guard index != .max, let session = sessions[Int(index)] else { return now }
    let position = sockets[place].position
    var (delay, gap) = (Duration.zero, Duration.zero)
    for (number, fault) in session.faults.enumerated() where !fault.isDone && !fault.isPending {
      let active = plan.faults[fault.place]
      let planned = active.planned
      guard planned.deed.acts(onStreamOf: sockets[place].side), position >= planned.trigger.position,
        active.isTime(at: now, of: session.acceptedAt)
      else { continue }
      switch planned.deed {
      case .latency(_, let latency, let jitter):
        delay += latency
        if jitter > .zero, count > 0 {
          delay += self.jitter(jitter, number, session, sockets[place].side, position..<position + UInt64(count))
        }
      case .loss(_, let share):
        guard count > 0 else { continue }
        let lost = retransmission(share, number, session, sockets[place].side, position..<position + UInt64(count))
        guard lost > .zero else { continue }
        delay += lost
      case .slices(_, _, let pause): gap = max(gap, pause)
      case .bandwidth, .blackHole: break
      case .lateEnd(_, let late):
        guard isEnd else { continue }
        guard let late else {
          meet(number, of: index, at: position)
          return .never
        }
        delay += late
        meet(number, of: index, at: position)
      default: continue
      }
      if count > 0 { meet(number, of: index, at: position) }
    }
    let last = sockets[place].line.lastRelease
    let spaced = gap > .zero && last > Instant(nanoseconds: 0) ? last + gap : last
    return max(now + delay, count > 0 ? spaced : last)
  }

  /// The longest that is drawn for one of the blocks that some bytes lie in.
  private func jitter(
    _ most: Duration, _ fault: Int, _ session: FaultySession, _ side: FaultSide, _ bytes: Range<UInt64>
  ) -> Duration {
    let purpose = side == .backend ? ActivePlan.Purpose.jitterToClient : .jitterToBackend
    let bound = most.nanoseconds + 1
    let longest = Self.blocks(of: bytes).reduce(UInt64(0)) { longest, block in
      max(longest, draw(fault, purpose, session, at: block).multipliedFullWidth(by: bound).high)
    }
    return .nanoseconds(Int64(longest))
  }

  /// How long the last of some bytes takes more because segments are lost: a kernel sends a segment again after 200 ms,
  /// and after twice as long each time that it is lost again.
  private func retransmission(
    _ share: UInt32, _ fault: Int, _ session: FaultySession, _ side: FaultSide, _ bytes: Range<UInt64>
  ) -> Duration {
    let purpose = side == .backend ? ActivePlan.Purpose.lossToClient : .lossToBackend
    return Self.blocks(of: bytes).reduce(Duration.zero) { longest, block in
      var (delay, timeout) = (Duration.zero, Self.retransmissionTimeout)
      for attempt in 0..<Self.retransmissionsMax {
        let draw = draw(fault, purpose, session, at: block * Self.retransmissionsMax + attempt)
        guard ActivePlan.isIn(share, draw) else { break }
        delay += timeout
        timeout *= 2
      }
      return max(longest, delay)
    }
  }

  /// Those that some bytes of a stream lie in.
  private static func blocks(of bytes: Range<UInt64>) -> ClosedRange<UInt64> {
    (bytes.lowerBound / blockSize)...((bytes.upperBound - 1) / blockSize)
  }

  private func draw(
    _ fault: Int, _ purpose: ActivePlan.Purpose, _ session: FaultySession, at place: UInt64
  ) -> UInt64 {
    let known = session.faults[fault]
    return plan.draw(
      plan.faults[known.place].planned, purpose, session.listener, known.key ?? session.number, at: place)
  }
}
