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

    /// Nothing more will be passed on.
    @inlinable
    var isOver: Bool { self == .finished || self == .broken || self == .cut }
  }

  /// Why a pump came to rest.
  @usableFromInline
  enum Rest {
    /// Readiness will tell when there is more to do.
    case waiting
    /// The event's reads or the turn's share are used up.
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
  @usableFromInline var pace = RelayPace()
  /// What is left of its share of the turn (ALONE).
  @usableFromInline var readsLeft = Limits.readsPerTurn

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

  /// Much comes at once: it pays to use a pipe or a large buffer.
  @inlinable
  var isBulk: Bool { pace.isBulk }

  /// Bytes pushed to the sink.
  @inlinable
  var delivered: UInt64 { taken &- UInt64(undelivered) }

  /// Of the bytes pushed, how many the sink's kernel has taken, modulo 2^32; an end in its queue is no byte.
  @inlinable
  func acknowledged(_ queue: SendQueue) -> UInt32 {
    let end: UInt32 = state == .finished && !queue.isEmpty ? 1 : 0
    return UInt32(truncatingIfNeeded: delivered) &- (queue.unacknowledged - end)
  }

  /// Grows with every move.
  @inlinable
  var moved: UInt64 { taken &+ delivered }

  /// Nothing more will be passed on.
  @inlinable
  var isOver: Bool { state.isOver }

  /// The source has ended its stream in order.
  @inlinable
  var isSourceEnded: Bool { state == .draining || state == .finished }

  /// Moves bytes until readiness, the budget, an error or the source's end stops it.
  ///
  /// Without a sink (it is not connected yet) one conduit is filled in advance, a large one where much comes: what a
  /// source leaves to its own kernel is lost if it resets meanwhile (RESET). `sourceFailure` is the error the source
  /// is already known to have met: the end that a read shows afterwards stands for it (R2).
  @inlinable
  mutating func pump<IO: Transport & ~Copyable>(
    from source: SocketID, to sink: SocketID, sourceFailure: Failure?, relay: RelayMode, on transport: inout IO
  ) -> Rest {
    if sink == .none, conduit != nil { return pullMore(from: source, on: &transport) }
    if let rest = deliver(to: sink, on: &transport) { return rest }
    for _ in 0..<Limits.readsAtOnce {
      guard state == .open, sourceReady, sinkReady || sink == .none else { return .waiting }
      guard readsLeft > 0 else { return .again }
      // A pipe gets nothing behind what it holds.
      switch pull(from: source, relay: sink == .none ? .auto : relay, on: &transport) {
      case .moved: readsLeft -= 1
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
      if sink == .none { return pullMore(from: source, on: &transport) }
      if let rest = deliver(to: sink, on: &transport) { return rest }
    }
    return .again
  }

  /// Adds to what the conduit holds, before there is a sink.
  ///
  /// An end or an error is left for when all is delivered: reads show it again, with `sourceFailure` beside it.
  @inlinable
  mutating func pullMore<IO: Transport & ~Copyable>(from source: SocketID, on transport: inout IO) -> Rest {
    guard var held = conduit, state == .open, sourceReady else { return .waiting }
    for _ in 0..<Limits.readsAtOnce {
      if held.kind == .buffer, held.count >= Limits.bufferSize {
        guard transport.enlarge(&held) else { return .waiting }
        conduit = held
      }
      guard held.count < Limits.aheadMax else { return .waiting }
      guard readsLeft > 0 else { return .again }
      switch transport.pull(from: source, into: &held, atMost: Limits.aheadMax - held.count) {
      case .moved(let count):
        readsLeft -= 1
        taken &+= UInt64(count)
        conduit = held
      // Or there is no room: whatever waits is looked for once there is a sink.
      case .blocked, .ended: return .waiting
      case .failed(let failure): return .sourceFailed(failure)
      }
    }
    return .again
  }

  /// Passes on what the conduit holds; nil once it holds nothing.
  @inlinable
  mutating func deliver<IO: Transport & ~Copyable>(to sink: SocketID, on transport: inout IO) -> Rest? {
    while var held = conduit {  // bound: its bytes, of which each push takes some or is the last
      guard sinkReady else { return .waiting }
      switch transport.push(from: &held, to: sink) {
      case .moved:
        undelivered = held.count
        if held.count > 0 { continue }
        transport.returnConduit(held)
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

  /// Passes the source's end on, behind the last byte (END).
  @inlinable
  mutating func finish<IO: Transport & ~Copyable>(_ sink: SocketID, on transport: inout IO) {
    invariant(state == .draining && conduit == nil, "an end is passed on once, behind the last byte")
    transport.finishSending(on: sink)
    state = .finished
  }

  /// Gives the flow up because its sink takes nothing any more.
  @inlinable
  mutating func cut<IO: Transport & ~Copyable>(on transport: inout IO) {
    if let held = conduit {
      transport.discardConduit(held)
      conduit = nil
    }
    if state != .finished { state = .cut }
  }

  /// Pulls into a fresh conduit, which is kept only if it got bytes; nil: there was none.
  @inlinable
  mutating func pull<IO: Transport & ~Copyable>(
    from source: SocketID, relay: RelayMode, on transport: inout IO
  ) -> Transfer? {
    guard var fresh = lend(relay, on: &transport) else { return nil }
    let transfer = transport.pull(from: source, into: &fresh, atMost: .max)
    guard case .moved(let count) = transfer else {
      transport.returnConduit(fresh)
      return transfer
    }
    taken &+= UInt64(count)
    conduit = fresh
    pace.note(count)
    return transfer
  }

  /// Borrows the kind of conduit that fits the flow's pace, or the next best.
  @inlinable
  func lend<IO: Transport & ~Copyable>(_ relay: RelayMode, on transport: inout IO) -> Conduit? {
    var kind = pace.conduit(for: relay)
    while kind != .buffer {  // bound: the kinds of conduits
      if let conduit = transport.borrowConduit(kind) { return conduit }
      kind = pace.substitute(for: kind, relay)
    }
    return transport.borrowConduit(.buffer)
  }
}

/// What the flows of a session need after a pump.
@usableFromInline
struct Pumped {
  /// A flow has more to do than its turn allowed.
  @usableFromInline var again = false
  /// A flow waits for a conduit.
  @usableFromInline var starved = false

  /// Bytes that were read, and those that were written.
  @usableFromInline var moved: UInt64 = 0
  /// Those of them that were written to the backend, and to the client.
  @usableFromInline var toBackend: UInt64 = 0
  @usableFromInline var toClient: UInt64 = 0
  /// All that is left of the session is to pass this side's end on.
  @usableFromInline var lastEnd: Side?

  @inlinable
  init() {}
}
