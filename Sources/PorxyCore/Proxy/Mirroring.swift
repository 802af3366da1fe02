/// A listener with `mirror`, as this worker's sockets follow it.
@usableFromInline
struct FollowedMirror {
  @usableFromInline let plan: UInt32
  /// What the sockets were brought in line with; nil: nothing yet.
  @usableFromInline var isOpen: Bool?

  @usableFromInline
  init(plan: UInt32) {
    self.plan = plan
  }
}

// Listeners with `mirror` do not listen while their backend refuses (REFUSED). The state of each is shared
// (`MirrorState`); here a worker changes it, and has its own sockets follow it.
extension Proxy where IO: ~Copyable {
  // MARK: Closing and opening

  /// A client could not have its backend. Where each candidate has refused, so does the listener from now on.
  @inlinable
  mutating func mirrorRefusal(of session: UInt32, at now: Instant) {
    let plan = UInt32(sessions[session].plan)
    guard plans[plan].route.listener.isMirror, everyCandidateRefused(sessions[session].dial) else { return }
    closeMirror(plans[plan].route.account, dialBegan: dials[sessions[session].dial].startedAt, at: now)
  }

  /// Whether all that a dial has met was a refusal. Silence is none, nor is an answer of a router: direct, a client
  /// would not be refused either.
  @inlinable
  func everyCandidateRefused(_ dial: UInt32) -> Bool {
    dial != .max && dials[dial].wasRefused && !dials[dial].metOther
  }

  @inlinable
  mutating func closeMirror(_ account: ListenerAccount, dialBegan begun: Instant, at now: Instant) {
    guard case .serving = stage, account.mirror.close(dialBegan: begun, at: now) else { return }
    record(.mirrorClosed(listener: account.name))
    followSoon()
    ring()
  }

  @inlinable
  mutating func openMirror(_ account: ListenerAccount, at now: Instant) {
    guard case .serving = stage, account.mirror.open(at: now) else { return }
    record(.mirrorOpened(listener: account.name))
    followSoon()
    ring()
  }

  /// A listening endpoint gets another plan. A mirror that is new is open where its sockets listen already; one that
  /// stays is looked at by its new backend.
  @inlinable
  mutating func changeMirror(_ index: UInt32, to route: Route, on transport: inout IO) {
    guard route.listener.isMirror else { return }
    if listeners[index].stage == .open, !listeners[index].isStopped { route.account.mirror.openUnlooked() }
    giveUpLooks(of: route.account, on: &transport)
    route.account.mirror.hurry(at: transport.now)
  }

  /// The addresses of a backend are known: whoever waited for them looks at once.
  @inlinable
  mutating func hurryMirrors(of backend: UInt32, at now: Instant) {
    for mirror in mirrors where plans[mirror.plan].backend == backend {
      plans[mirror.plan].route.account.mirror.hurry(at: now)
    }
  }

  // MARK: Following

  /// Notes which listeners there are to follow, after the configuration has changed.
  @inlinable
  mutating func gatherMirrors(on transport: inout IO) {
    mirrors.removeAll()
    // lookup only: plans that have been seen.
    var seen: Set<UInt32> = []
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage == .open {
      if route(of: index).listener.isMirror {
        let plan = listeners[index].plan
        if seen.insert(plan).inserted { mirrors.append(FollowedMirror(plan: plan)) }
      } else if listeners[index].isStopped {
        resumeListening(index, on: &transport)
      }
    }
    mirrorsDueAt = .never
    followSoon()
    for index in 0..<looks.extent where looks.contains(index) && !isFollowed(looks[index].account) {
      endLook(index, on: &transport)
    }
  }

  @inlinable
  func isFollowed(_ account: ListenerAccount) -> Bool {
    for mirror in mirrors where plans[mirror.plan].route.account === account { return true }
    return false
  }

  /// Has sockets stop and listen as their mirrors say, and looks at the backends of those that are closed.
  @inlinable
  mutating func followMirrors(at now: Instant, on transport: inout IO) {
    var hasChanged = false
    for place in mirrors.indices {
      let account = plans[mirrors[place].plan].route.account
      let isOpen = account.mirror.isOpen
      guard mirrors[place].isOpen != isOpen else { continue }
      mirrors[place].isOpen = isOpen
      hasChanged = true
      if isOpen { giveUpLooks(of: account, on: &transport) }
    }
    if hasChanged {
      for index in 0..<listeners.extent where listeners.contains(index) { follow(index, on: &transport) }
    }
    var looksLeft = Limits.dialsPerTurn
    var due = Instant.never
    for mirror in mirrors {
      let state = plans[mirror.plan].route.account.mirror
      if looksLeft > 0, state.takeLook(at: now) {
        looksLeft -= 1
        mirrorProbe(mirror.plan, on: &transport)
      }
      // One that has changed since is told of by a ring, like all that comes.
      due = min(due, state.lookDueAt)
    }
    endLooks(on: &transport)
    for index in 0..<looks.extent where looks.contains(index) { due = min(due, looks[index].end) }
    mirrorsDueAt = due
  }

  /// Has all sockets looked at again, because one of them could not follow before.
  @inlinable
  mutating func followAgain() {
    for place in mirrors.indices { mirrors[place].isOpen = nil }
    followSoon()
  }

  /// Has the next turn look at the mirrors.
  @inlinable
  mutating func followSoon() {
    if !mirrors.isEmpty { mirrorsDueAt = Instant(nanoseconds: 0) }
  }

  @inlinable
  mutating func follow(_ index: UInt32, on transport: inout IO) {
    guard listeners[index].stage == .open, route(of: index).listener.isMirror else { return }
    if !mustNotListen(index) {
      resumeListening(index, on: &transport)
    } else if !listeners[index].isHeld {
      // A listener that an administrator has paused keeps those who wait (ADMIN).
      stopListening(index, on: &transport)
    }
  }

  /// Serves who waits already, and has later clients refused. One that is lost stops when it is opened again.
  @inlinable
  mutating func stopListening(_ index: UInt32, on transport: inout IO) {
    guard !listeners[index].isStopped else { return }
    if !listeners[index].isLost { acceptAll(index, on: &transport) }
    guard !listeners[index].isLost, !listeners[index].isStopped else { return }
    neglect(index)
    tellResumed(index, at: transport.now)
    listeners[index].pausedUntil = nil
    listeners[index].isStopped = true
    transport.stopListening(listeners[index].id)
  }

  @inlinable
  mutating func resumeListening(_ index: UInt32, on transport: inout IO) {
    guard listeners[index].isStopped else { return }
    listeners[index].isStopped = false
    do throws(TransportError) {
      try transport.startListening(listeners[index].id)
    } catch {
      lose(index, error.failure, on: &transport)
    }
  }

  /// Whether a listening endpoint is to be bound and not to listen.
  @inlinable
  func mustNotListen(_ index: UInt32) -> Bool {
    let route = route(of: index)
    return route.listener.isMirror && !route.account.mirror.isOpen
  }
}
