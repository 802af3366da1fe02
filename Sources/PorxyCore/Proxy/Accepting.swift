// Taking clients in, and leaving them in the backlog when there is no room (ACCEPT).
extension Proxy where IO: ~Copyable {
  /// Clients may wait at a listener. They are taken when the turn looks at all such listeners, so that each has one
  /// share of it.
  @inlinable
  mutating func acceptable(_ id: ListenerID) {
    if let index = places[id] { attend(index) }
  }

  /// Has a listener looked at in each turn until it is found empty.
  @inlinable
  mutating func attend(_ index: UInt32) {
    guard !listeners[index].hasClients, !listeners[index].isStopped else { return }
    listeners[index].hasClients = true
    // One that is not served yet is looked at once it is.
    if listeners[index].stage != .coming { attended.append(index) }
  }

  /// No client waits at a listener.
  @inlinable
  mutating func neglect(_ index: UInt32) {
    listeners[index].hasClients = false
    guard let place = attended.lastIndex(of: index) else { return }
    // Those behind it have had their look in this turn.
    attended.swapAt(place, attended.count - 1)
    attended.removeLast()
  }

  /// Looks at the listeners at which clients may wait. Each turn another one has the first pick of the places.
  @inlinable
  mutating func acceptWaiting(at now: Instant, on transport: inout IO) {
    guard !attended.isEmpty else { return }
    attended.swapAt(Int(turnNumber) % attended.count, attended.count - 1)
    for place in attended.indices.reversed() {
      let index = attended[place]
      if now >= listeners[index].pausedUntil ?? now { acceptSome(index, on: &transport) }
    }
  }

  /// Takes clients until none waits, there is no room, or it is somebody else's turn.
  @inlinable
  mutating func acceptSome(_ index: UInt32, on transport: inout IO) {
    guard !listeners[index].isLost else { return reopen(index, on: &transport) }
    guard !listeners[index].isHeld else { return attendHeld(index, on: &transport) }
    let plan = listeners[index].plan
    listeners[index].pausedUntil = nil
    for _ in 0..<Limits.acceptsPerTurn where listeners[index].pausedUntil == nil {
      guard hasPorts(plans[plan].backend) else {
        return pause(index, .shortage(.portsExhausted), at: transport.now)
      }
      guard hasPlaces(plan) else { return pause(index, .endpointsMax, at: transport.now) }
      if let reason = shared.admission.enter(plans[plan].route.account, worker: worker) {
        return pause(index, reason, at: transport.now)
      }
      switch transport.accept(from: listeners[index].id) {
      case .accepted(let socket, let endpoint):
        listeners[index].reopenDelay = Limits.reopenDelay
        tellResumed(index, at: transport.now)
        open(socket, from: endpoint, at: listeners[index], on: &transport)
      case .drained:
        shared.admission.leave(plans[plan].route.account, worker: worker)
        neglect(index)
        tellResumed(index, at: transport.now)
        return
      case .failed(let failure):
        shared.admission.leave(plans[plan].route.account, worker: worker)
        meters.counted.routes[Int(plans[plan].meter)].noteAcceptError(failure)
        if failure.isShortage { return pause(index, .shortage(failure), at: transport.now) }
      case .lost(let failure):
        shared.admission.leave(plans[plan].route.account, worker: worker)
        return lose(index, failure, on: &transport)
      }
    }
  }

  /// Leaves the clients of a listener that an administrator has paused in the backlog; one that somebody has destroyed
  /// is opened again, and stays paused.
  @inlinable
  mutating func attendHeld(_ index: UInt32, on transport: inout IO) {
    neglect(index)
    guard transport.isLost(listeners[index].id), case .lost(let failure) = transport.accept(from: listeners[index].id)
    else { return }
    lose(index, failure, on: &transport)
  }

  /// Begins a session for a client, unless the client has gone already and left nothing behind (GONE).
  @inlinable
  mutating func open(
    _ client: SocketID, from endpoint: Endpoint, at listener: OpenListener, on transport: inout IO
  ) {
    sessionsBegun += 1
    let index = sessions.insert(
      Session(
        client: client, from: endpoint, plan: listener.plan, port: listener.port, number: sessionsBegun,
        at: transport.now))
    join(listener.plan)
    countAccepted(listener.plan)
    if recordLevel >= .debug { tellBegan(index) }
    setOwner(of: client, to: index, as: .client)
    if let wanted = plans[listener.plan].route.listener.proxyProtocol, wanted.covers(endpoint.address) {
      expectHeader(of: index)
    }
    // What has come already is taken in advance, as far as one conduit holds it. An error behind it makes an event.
    relay(index, on: &transport)
    guard sessions.contains(index) else { return }
    welcome(index, at: transport.now)
    if sessions[index].traits.contains(.awaitsHeader) { return arm(index, at: transport.now) }
    // Where a header was whole at once, this has been done.
    if sessions[index].isUndialled { dial(for: index, on: &transport) }
  }

  /// Leaves the clients of a listener waiting for a while: a pause instead of a spin. One that is paused already gets
  /// its try first.
  @inlinable
  mutating func pause(_ index: UInt32, _ reason: PauseReason, at now: Instant) {
    guard listeners[index].pausedUntil == nil, !listeners[index].isHeld, !listeners[index].isStopped else { return }
    listeners[index].pausedUntil = now + Limits.pauseInterval
    countPause(index, reason, at: now)
    guard !listeners[index].pauseIsTold, route(of: index).account.pauses.mayBeTold(at: now) else { return }
    listeners[index].pauseIsTold = true
    record(.paused(listener: route(of: index).listener.name, because: reason))
  }

  /// A session has ended: whoever waits for its place may have it.
  @inlinable
  mutating func endPauses() {
    for index in attended where listeners[index].pausedUntil != nil {
      listeners[index].pausedUntil = Instant(nanoseconds: 0)
    }
  }

  /// There are ports towards a backend again.
  @inlinable
  mutating func endPauses(of backend: UInt32) {
    for index in attended where plans[listeners[index].plan].backend == backend {
      if listeners[index].pausedUntil != nil { listeners[index].pausedUntil = Instant(nanoseconds: 0) }
    }
  }

  /// Tells of the end of a pause, if the pause was told: at once, because there may be no later occasion. As often as
  /// pauses are told, so no other limit is needed.
  @inlinable
  mutating func tellResumed(_ index: UInt32, at now: Instant) {
    countPauseEnd(index, at: now)
    guard listeners[index].pauseIsTold else { return }
    listeners[index].pauseIsTold = false
    record(.resumed(listener: route(of: index).listener.name))
  }
}

/// Sessions that began a moment ago, in two generations: those of the older one may have ended since,
/// and their places may have other tenants.
///
/// What is left undone for them until a generation is over is never done for those that are over by then. Unlike a
/// timer each, this takes no memory of a session that lasts.
@usableFromInline
struct DeferredKeepalives {
  private var young: [UInt32] = []
  private var old: [UInt32] = []
  /// When the older generation is to be taken; `never` when there is nobody.
  @usableFromInline private(set) var dueAt = Instant.never

  @usableFromInline init() {}

  /// A session began, or got its backend late.
  @usableFromInline
  mutating func add(_ session: UInt32, at now: Instant) {
    young.append(session)
    if dueAt == .never { dueAt = now + Limits.lastingGrace }
  }

  /// Takes one of those that came at least `Limits.lastingGrace` ago, once that is due; nil: no further one.
  @usableFromInline
  mutating func next(at now: Instant) -> UInt32? {
    guard now >= dueAt else { return nil }
    if let session = old.popLast() { return session }
    swap(&young, &old)
    guard !old.isEmpty else {
      self = DeferredKeepalives()
      return nil
    }
    dueAt = now + Limits.lastingGrace
    return nil
  }
}
