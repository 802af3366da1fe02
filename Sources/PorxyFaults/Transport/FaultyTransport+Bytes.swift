public import PorxyCore

// What the proxy reads and writes.
extension FaultyTransport where Base: ~Copyable {
  public mutating func pull(from id: SocketID, into conduit: inout Conduit, atMost most: UInt32) -> Transfer {
    let place = place(of: id)
    guard sockets[place].isLined else { return pass(place, into: &conduit, most) }
    invariant(most > 0, "a pull asks for at least one byte")
    invariant(conduit.count == 0 || conduit.kind != .pipe, "only an empty pipe is filled")
    fill(place)
    if let first = sockets[place].line.first, first.release <= base.now {
      return hand(over: first.conduit, of: place, to: &conduit, most)
    }
    if sockets[place].line.isEmpty {
      if let failure = sockets[place].failure, !failure.isBehindEnd, failure.release <= base.now {
        return .failed(takeFailure(of: place, failure.failure))
      }
      if sockets[place].line.isDue(at: base.now) || sockets[place].hasFailed && sockets[place].isOver { return .ended }
    }
    sockets[place].wantsRead = true
    armNext(place)
    return .blocked
  }

  /// A pull of a stream that no fault acts on, which one may later.
  private mutating func pass(_ place: Int, into conduit: inout Conduit, _ most: UInt32) -> Transfer {
    let transfer = base.pull(from: sockets[place].base, into: &conduit, atMost: most)
    switch transfer {
    case .moved(let count): sockets[place].position += UInt64(count)
    case .ended:
      sockets[place].isOver = true
      sockets[place].line.appendEnd(release: base.now)
    case .failed: (sockets[place].isOver, sockets[place].hasFailed) = (true, true)
    case .blocked: break
    }
    return transfer
  }

  /// Gives the proxy the first conduit of a line for its empty one, or as many bytes of it as it takes.
  private mutating func hand(
    over first: Conduit, of place: Int, to conduit: inout Conduit, _ most: UInt32
  ) -> Transfer {
    if conduit.count == 0, first.count <= most {
      base.returnConduit(conduit)
      sockets[place].line.removeFirst()
      noteTaken(first.kind)
      conduit = first
      return .moved(first.count)
    }
    if conduit.kind == .pipe {
      guard let buffer = base.borrowConduit(.buffer) else { return blockShortly(place) }
      base.returnConduit(conduit)
      conduit = buffer
    }
    var rest = first
    var count = min(first.count, most)
    while count > 0, !base.move(count, from: &rest, to: &conduit) { count /= 2 }  // bound: half as many each time
    guard count > 0 else { return .blocked }
    if rest.count == 0 {
      sockets[place].line.removeFirst()
      noteTaken(rest.kind)
      base.returnConduit(rest)
    } else {
      sockets[place].line.shortenFirst(to: rest)
    }
    return .moved(count)
  }

  private mutating func blockShortly(_ place: Int) -> Transfer {
    sockets[place].wantsRead = true
    arm(place, at: base.now + Limits.starvationInterval)
    return .blocked
  }

  public mutating func push(from conduit: inout Conduit, to id: SocketID) -> Transfer {
    let place = place(of: id)
    guard sockets[place].isLined else {
      let transfer = base.push(from: &conduit, to: sockets[place].base)
      if case .failed = transfer { sockets[place].hasFailed = true }
      return transfer
    }
    invariant(conduit.count > 0, "a push empties a conduit that holds bytes")
    if let failure = sockets[place].failure {
      guard failure.release <= base.now else { return blockWrite(place) }
      return .failed(takeFailure(of: place, failure.failure))
    }
    guard sockets[place].base != .none else { return .failed(.resetAfterEnd) }
    let stallEnd = stallEnd(place)
    if stallEnd > base.now {
      if stallEnd < .never { arm(place, at: stallEnd) }
      return blockWrite(place)
    }
    let transfer = base.push(from: &conduit, to: sockets[place].base)
    guard case .failed(let failure) = transfer, !sockets[place].hasFailed else { return transfer }
    // The network brings it no sooner than the bytes before it.
    fail(place, failure)
    sockets[place].mayHaveMore = true
    guard let known = sockets[place].failure, known.release > base.now else {
      return .failed(takeFailure(of: place, failure))
    }
    return blockWrite(place)
  }

  private mutating func blockWrite(_ place: Int) -> Transfer {
    sockets[place].wantsWrite = true
    armNext(place)
    return .blocked
  }

  /// The proxy takes an error: it comes only once.
  mutating func takeFailure(of place: Int, _ failure: Failure) -> Failure {
    sockets[place].failure = nil
    sockets[place].hasFailed = true
    return failure
  }

  public mutating func takeFailure(on id: SocketID) -> Failure? {
    let place = place(of: id)
    let socket = sockets[place].base
    guard sockets[place].isLined else {
      let failure = socket == .none ? nil : base.takeFailure(on: socket)
      if failure != nil { sockets[place].hasFailed = true }
      return failure
    }
    if sockets[place].failure == nil, socket != .none, let failure = base.takeFailure(on: socket) {
      fail(place, failure)
      sockets[place].mayHaveMore = true
    }
    guard let failure = sockets[place].failure else { return nil }
    guard failure.release <= base.now else {
      armNext(place)
      return nil
    }
    return takeFailure(of: place, failure.failure)
  }

  // MARK: Events

  /// A timer of a socket: what is to be told of it now.
  mutating func timerFired(_ place: Int) -> Event? {
    if case .waiting(let connect, let endpoint, let options) = sockets[place].stage {
      return finishWaiting(place, connect, endpoint, options)
    }
    let held = sockets[place].heldReadiness
    sockets[place].heldReadiness = []
    guard sockets[place].isLined else { return held.isEmpty ? nil : .ready(id(of: place), held) }
    if !held.isEmpty { return note(held, of: place) }
    fill(place)
    var readiness: Readiness = []
    if sockets[place].wantsWrite, sockets[place].failure == nil, stallEnd(place) <= base.now {
      sockets[place].wantsWrite = false
      readiness.insert(.writable)
    }
    return due(place, readiness)
  }

  /// What the base transport says of a socket with a line.
  mutating func note(_ readiness: Readiness, of place: Int) -> Event? {
    if !readiness.isDisjoint(with: [.failed, .hungUp]) { sockets[place].isBroken = true }
    if readiness.contains(.failed) { sockets[place].mayHaveFailed = true }
    if !readiness.isDisjoint(with: [.readable, .peerEnded, .hungUp, .failed, .urgent]) {
      sockets[place].mayHaveMore = true
    }
    fill(place)
    if readiness.contains(.peerEnded), sockets[place].endHint == nil {
      sockets[place].endHint = release(place, 0, isEnd: true)
    }
    var up: Readiness = []
    if readiness.contains(.writable) {
      let isHeld = stallEnd(place) > base.now
      sockets[place].wantsWrite = isHeld
      if !isHeld { up.insert(.writable) }
    }
    return due(place, up)
  }

  /// The event that tells what has become due besides `readiness`; nil: nothing.
  private mutating func due(_ place: Int, _ readiness: Readiness) -> Event? {
    var readiness = readiness
    let now = base.now
    if sockets[place].wantsRead, sockets[place].line.isDue(at: now) {
      sockets[place].wantsRead = false
      readiness.insert(.readable)
    }
    if let end = sockets[place].endHint ?? sockets[place].line.end, !sockets[place].isEndTold, end <= now,
      stallEnd(place) <= now
    {
      sockets[place].isEndTold = true
      readiness.formUnion([.readable, .peerEnded])
    }
    if let failure = sockets[place].failure, failure.release <= now, !sockets[place].isFailureTold {
      sockets[place].isFailureTold = true
      readiness.formUnion([.readable, .writable, .failed, .hungUp, .peerEnded])
    }
    armNext(place)
    return readiness.isEmpty ? nil : .ready(id(of: place), readiness)
  }

  /// Has the socket looked at when the next of what is in its line is due.
  mutating func armNext(_ place: Int) {
    let now = base.now
    if sockets[place].wantsRead {
      let next = sockets[place].line.nextRelease
      if next < .never { arm(place, at: max(next, now)) }
    }
    if let end = sockets[place].endHint, !sockets[place].isEndTold { arm(place, at: max(end, now, stallEnd(place))) }
    if let failure = sockets[place].failure, !sockets[place].isFailureTold { arm(place, at: max(failure.release, now)) }
  }
}
