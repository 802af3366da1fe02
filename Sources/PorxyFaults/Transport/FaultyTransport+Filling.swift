import PorxyCore

// Taking bytes from a socket into its line, as they come.
extension FaultyTransport where Base: ~Copyable {
  /// Takes what has come, as far as faults, the line and the turn allow.
  mutating func fill(_ place: Int) {
    guard sockets[place].isLined, case .open = sockets[place].stage else { return }
    if sockets[place].isOver {
      separate(place, until: effects(on: place).deafUntil)
    } else {
      takeAll(place)
    }
    learnFailure(place)
  }

  /// Has what the side sends lost, while a partition lasts.
  private mutating func separate(_ place: Int, until end: Instant) {
    let isDeaf = end > base.now
    if isDeaf, end < .never { arm(place, at: end) }
    guard isDeaf != sockets[place].isDeaf, sockets[place].base != .none else { return }
    sockets[place].isDeaf = isDeaf
    base.setDeaf(isDeaf, sockets[place].base)
  }

  private mutating func takeAll(_ place: Int) {
    for _ in 0...Limits.readsPerTurn {
      let effects = effects(on: place)
      // As soon as the bytes before it have been read.
      separate(place, until: effects.deafUntil)
      if let fault = effects.cut, effects.stalledUntil <= base.now {
        if hasTimedCut(fault, place), takeOne(place, effects) { continue }
        return cut(place, by: fault)
      }
      if effects.changesAt < .never { arm(place, at: effects.changesAt) }
      if effects.stalledUntil > base.now {
        if effects.stalledUntil < .never { arm(place, at: effects.stalledUntil) }
        return
      }
      guard takeOne(place, effects) else { return }
    }
  }

  /// A fault that strikes at a time and no position lets through what came before.
  private func hasTimedCut(_ fault: Int, _ place: Int) -> Bool {
    let planned = plan.faults[faults(of: sockets[place].session)[fault].place].planned
    return !planned.trigger.hasPosition && (planned.trigger.after > .zero || planned.trigger.from > .zero)
  }

  /// One pull into the line; false: no more for now.
  private mutating func takeOne(_ place: Int, _ effects: StreamEffects) -> Bool {
    guard sockets[place].mayHaveMore, !sockets[place].isOver else { return false }
    // What is due waits for the proxy: a peer feels it as it feels a reader that does not read.
    guard sockets[place].line.hasRoom, !sockets[place].line.isDue(at: base.now) else { return false }
    if effects.rate != nil, sockets[place].paidUntil > base.now {
      arm(place, at: sockets[place].paidUntil)
      return false
    }
    if sockets[place].turn != turn { (sockets[place].turn, sockets[place].pulls) = (turn, 0) }
    guard sockets[place].pulls < Limits.readsPerTurn else {
      arm(place, at: base.now)
      return false
    }
    guard var conduit = borrow(for: place) else {
      arm(place, at: base.now + Limits.starvationInterval)
      return false
    }
    var most = UInt32(clamping: min(effects.untilNext, UInt64(effects.piece), untilKey(place)))
    if let rate = effects.rate { most = min(most, Self.portion(rate)) }
    let transfer = base.pull(from: sockets[place].base, into: &conduit, atMost: most)
    guard case .moved(let count) = transfer else {
      give(back: conduit)
      switch transfer {
      case .ended: end(place)
      case .failed(let failure):
        sockets[place].isOver = true
        fail(place, failure)
      case .moved, .blocked: sockets[place].mayHaveMore = false
      }
      return false
    }
    sockets[place].pulls += 1
    sockets[place].isBulk = count >= Limits.bufferSize
    if let rate = effects.rate { pay(place, count, rate) }
    if let fault = effects.corrupting { corrupt(&conduit, of: place, by: fault) }
    if sockets[place].side == .client { listen(to: conduit, of: sockets[place].session) }
    let release = release(place, count)
    sockets[place].position += UInt64(count)
    if effects.swallows {
      noteTaken(conduit.kind)
      base.discardConduit(conduit)
    } else {
      sockets[place].line.append(conduit, release: release)
    }
    return true
  }

  /// The stream is over, and the proxy sees that behind its bytes.
  private mutating func end(_ place: Int) {
    sockets[place].isOver = true
    let release = release(place, 0, isEnd: true)
    sockets[place].isEndLost = release == .never
    if release < .never { sockets[place].line.appendEnd(release: release) }
  }

  /// The proxy meets an error behind what came before it.
  mutating func fail(_ place: Int, _ failure: Failure) {
    sockets[place].isBroken = true
    guard sockets[place].failure == nil, !sockets[place].hasFailed else { return }
    let release = release(place, 0)
    // Without the end, a reset is one in the middle of the stream.
    let failure = sockets[place].isEndLost && failure.followsEnd ? Failure.connectionReset : failure
    sockets[place].failure = (failure, release, sockets[place].line.end != nil || failure.followsEnd)
  }

  /// Asks the socket for its error once it was read, as far as it can be: an end that is read while the error waits is
  /// a true end (R2).
  private mutating func learnFailure(_ place: Int) {
    guard sockets[place].mayHaveFailed, sockets[place].base != .none else { return }
    sockets[place].mayHaveFailed = false
    guard let failure = base.takeFailure(on: sockets[place].base) else { return }
    fail(place, failure)
    // What is left to read is the bare end that stands for the error.
    sockets[place].mayHaveMore = true
  }

  /// What a rate lets through in one pace, at least a byte.
  private static func portion(_ rate: UInt32) -> UInt32 {
    max(1, UInt32(UInt64(rate) * paceInterval.nanoseconds / 1_000_000_000))
  }

  private mutating func pay(_ place: Int, _ count: UInt32, _ rate: UInt32) {
    let time = Duration.nanoseconds(Int64(UInt64(count) * 1_000_000_000 / UInt64(rate)))
    sockets[place].paidUntil = max(sockets[place].paidUntil, base.now) + time
  }

  // MARK: What faults do to a stream

  /// Ends a stream, or resets its side.
  private mutating func cut(_ place: Int, by fault: Int) {
    let session = sockets[place].session
    guard let planned = sessions[Int(session)]?.faults[fault].place else { return }
    sessions[Int(session)]?.faults[fault].isDone = true
    meet(fault, of: session, at: sockets[place].position)
    if case .end = plan.faults[planned].planned.deed { return end(place) }
    reset(place)
  }

  /// Resets a side: its kernel gets a reset at once, and the proxy the error that the network would bring.
  private mutating func reset(_ place: Int) {
    let socket = sockets[place].base
    sockets[place].remains = FaultySocket.Remains(
      queue: base.sendQueue(of: socket), local: base.localEndpoint(of: socket),
      statistics: base.statistics(of: socket), acknowledgedAt: base.lastAcknowledgement(on: socket))
    base.close(socket, .abortive)
    leave(place)
    sockets[place].isOver = true
    fail(place, .connectionReset)
  }

  // MARK: Conduits

  private static func capacity(of kind: ConduitKind) -> UInt64 {
    kind == .buffer ? UInt64(Limits.bufferSize) : UInt64(Limits().blockSize)
  }

  /// An empty conduit for the line, whose bytes can be looked at; nil where there is none, or no room for it.
  private mutating func borrow(for place: Int) -> Conduit? {
    let wanted = sockets[place].isBulk ? ConduitKind.block : .buffer
    for kind in wanted == .block ? [ConduitKind.block, .buffer] : [.buffer, .block] {
      guard held + Self.capacity(of: kind) <= Self.heldMax || sockets[place].line.isEmpty else { continue }
      guard let conduit = base.borrowConduit(kind) else { continue }
      held += Self.capacity(of: kind)
      return conduit
    }
    return nil
  }

  private mutating func give(back conduit: Conduit) {
    noteTaken(conduit.kind)
    base.returnConduit(conduit)
  }

  /// A conduit is in no line any more.
  mutating func noteTaken(_ kind: ConduitKind) { held -= min(held, Self.capacity(of: kind)) }

  /// Destroys what is in the line.
  mutating func discardLine(_ place: Int) {
    while let first = sockets[place].line.first {  // bound: the line
      noteTaken(first.conduit.kind)
      sockets[place].line.removeFirst()
      base.discardConduit(first.conduit)
    }
  }
}
