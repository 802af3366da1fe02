/// One direction of a session: takes bytes from its source and gives them to its sink, through a conduit that it holds
/// only while bytes are in it.
///
///     open ──(the source's end)──▶ draining ──(the end passed on)──▶ finished
///       ├──(the source failed, all it sent is passed on)──▶ broken
///       └──(the sink failed)──▶ cut
@usableFromInline
struct Flow {
  @usableFromInline
  enum State: UInt8, Sendable {
    /// Bytes may come.
    case open
    /// The source has ended, the sink has not been told yet.
    case draining
    /// The sink has been told of the end (END).
    case finished
    /// The source failed; all that could be read of it is passed on, and it was not all that it meant to send.
    case broken
    /// The sink failed, so nothing can be passed on any more.
    case cut
  }

  /// Why a pump came to rest.
  @usableFromInline
  enum Rest {
    /// Readiness will tell when there is more to do.
    case waiting
    /// The turn's budget is used up.
    case again
    /// The transport has no conduit to lend now.
    case starved
    /// The source met an error; what came before it is passed on.
    case sourceFailed(Failure)
    case sinkFailed(Failure)
  }

  /// Bytes pulled from the source.
  @usableFromInline var taken: UInt64 = 0
  /// Of the conduit; `max`: there is none.
  @usableFromInline var conduitSlot = UInt32.max
  /// Bytes taken and not pushed: the conduit's, or those that it held when it was discarded.
  @usableFromInline var undelivered: UInt32 = 0
  @usableFromInline var conduitKind = ConduitKind.buffer
  @usableFromInline var state = State.open
  @usableFromInline var sourceReady = false
  @usableFromInline var sinkReady = false
  /// Much comes at once: it pays to use a pipe or a large buffer.
  @usableFromInline var isBulk = false
  /// Moves in a row, while bulk, that were too small for it.
  @usableFromInline var smallMoves: UInt8 = 0

  @usableFromInline
  init() {}

  /// What holds the bytes that are taken and not pushed; kept in parts, which leave no gaps between them.
  @inlinable
  var conduit: Conduit? {
    get {
      guard conduitSlot != .max else { return nil }
      var conduit = Conduit(slot: conduitSlot, kind: conduitKind)
      conduit.count = undelivered
      return conduit
    }
    set {
      conduitSlot = newValue?.slot ?? .max
      guard let newValue else { return }
      conduitKind = newValue.kind
      undelivered = newValue.count
    }
  }

  /// Bytes pushed to the sink.
  @inlinable
  var delivered: UInt64 { taken &- UInt64(undelivered) }

  /// Grows with every move.
  @inlinable
  var moved: UInt64 { taken &+ delivered }

  /// Nothing more will be passed on.
  @inlinable
  var isOver: Bool { state == .finished || state == .broken || state == .cut }

  /// The source has ended its stream in order.
  @inlinable
  var isSourceEnded: Bool { state == .draining || state == .finished }

  /// Moves bytes until readiness, the budget, an error or the source's end stops it.
  ///
  /// Without a sink (it is not connected yet) one conduit is filled in advance. `sourceFailure` is the error the source
  /// is already known to have met: the end that a read shows afterwards stands for it (R2).
  @inlinable
  mutating func pump<Network: Transport & ~Copyable>(
    from source: SocketID, to sink: SocketID, sourceFailure: Failure?, relay: RelayMode, on network: inout Network
  ) -> Rest {
    if let rest = deliver(to: sink, on: &network) { return rest }
    for _ in 0..<Limits.readsPerTurn {
      guard state == .open, sourceReady, sinkReady || sink == .none else { return .waiting }
      switch pull(from: source, relay: relay, on: &network) {
      case .moved: break
      case .blocked:
        sourceReady = false
        return .waiting
      case .ended:
        if let sourceFailure, !sourceFailure.followsEnd {
          state = .broken
          return .waiting
        }
        state = .draining
        return .waiting
      case .failed(let failure):
        state = failure.followsEnd ? .draining : .broken
        return .sourceFailed(failure)
      case nil:
        return .starved
      }
      if let rest = deliver(to: sink, on: &network) { return rest }
    }
    return .again
  }

  /// Passes on what the conduit holds; nil once it holds nothing.
  @inlinable
  mutating func deliver<Network: Transport & ~Copyable>(to sink: SocketID, on network: inout Network) -> Rest? {
    while var held = conduit {  // bound: its bytes, of which each push takes some or is the last
      guard sinkReady else { return .waiting }
      switch network.push(from: &held, to: sink) {
      case .moved:
        undelivered = held.count
        if held.count > 0 { continue }
        network.returnConduit(held)
        conduit = nil
      case .blocked, .ended:
        sinkReady = false
        return .waiting
      case .failed(let failure):
        return .sinkFailed(failure)
      }
    }
    return nil
  }

  /// Passes the source's end on if it is true (`isWhole`), unless it is the session's last: true where it is left for
  /// the close to pass on.
  @inlinable
  mutating func passEnd<Network: Transport & ~Copyable>(
    to sink: SocketID, isWhole: Bool, isLast: Bool, on network: inout Network
  ) -> Bool {
    guard state == .draining else { return false }
    guard isWhole else {
      state = .broken
      return false
    }
    if !isLast { finish(sink, on: &network) }
    return isLast
  }

  /// Passes the source's end on, behind the last byte (END).
  @inlinable
  mutating func finish<Network: Transport & ~Copyable>(_ sink: SocketID, on network: inout Network) {
    invariant(state == .draining && conduit == nil, "an end is passed on once, behind the last byte")
    network.finishSending(on: sink)
    state = .finished
  }

  /// Gives the flow up because its sink takes nothing any more.
  @inlinable
  mutating func cut<Network: Transport & ~Copyable>(on network: inout Network) {
    if let held = conduit {
      network.discardConduit(held)
      conduit = nil
    }
    if state != .finished { state = .cut }
  }

  /// Pulls into a fresh conduit, which is kept only if it got bytes; nil: there was none.
  @inlinable
  mutating func pull<Network: Transport & ~Copyable>(
    from source: SocketID, relay: RelayMode, on network: inout Network
  ) -> Transfer? {
    guard var fresh = lend(relay, on: &network) else { return nil }
    let transfer = network.pull(from: source, into: &fresh, atMost: .max)
    guard case .moved(let count) = transfer else {
      network.returnConduit(fresh)
      return transfer
    }
    taken &+= UInt64(count)
    conduit = fresh
    judgePace(count)
    return transfer
  }

  /// Borrows the kind of conduit that fits the flow's pace, or the next best.
  @inlinable
  func lend<Network: Transport & ~Copyable>(_ relay: RelayMode, on network: inout Network) -> Conduit? {
    switch relay {
    case .copy:
      if isBulk, let block = network.borrowConduit(.block) { return block }
    case .splice:
      if let pipe = network.borrowConduit(.pipe) { return pipe }
    case .auto:
      if isBulk {
        if let pipe = network.borrowConduit(.pipe) { return pipe }
        if let block = network.borrowConduit(.block) { return block }
      }
    }
    return network.borrowConduit(.buffer)
  }

  /// A read that fills a buffer makes the flow bulk; small ones in a row end that.
  @inlinable
  mutating func judgePace(_ count: UInt32) {
    guard isBulk else {
      isBulk = count >= Limits.bufferSize
      return
    }
    smallMoves = count < Limits.bulkMoveMin ? smallMoves + 1 : 0
    guard smallMoves == Limits.smallMovesInBulk else { return }
    isBulk = false
    smallMoves = 0
  }
}
