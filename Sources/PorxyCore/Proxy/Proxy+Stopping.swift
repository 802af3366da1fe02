// Stopping when told to (STOP).
extension Proxy where IO: ~Copyable {
  /// Accepts no more and lets sessions finish within their drain time.
  @inlinable
  mutating func drain(on transport: inout IO) {
    guard case .serving = stage else { return }
    endChecks(on: &transport)
    forgetHeld(at: transport.now)
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage != .coming {
      if !listeners[index].isLost { acceptAll(index, on: &transport) }
    }
    closeListeners(on: &transport)
    stage = .draining(since: transport.now)
    record(.draining(sessions: sessions.count))
    if sessions.count == 0 { return stopped() }
    for index in 0..<sessions.extent where sessions.contains(index) { arm(index, at: transport.now) }
  }

  /// Whoever has connected before has a right to be served, though the event that tells of it may come behind the
  /// signal, and though more may wait than one turn takes.
  @inlinable
  mutating func acceptAll(_ index: UInt32, on transport: inout IO) {
    guard !listeners[index].isHeld, !listeners[index].isStopped else { return }
    // Where none waits there is nothing to pause for.
    guard transport.hasClients(listeners[index].id) else { return tellResumed(index, at: transport.now) }
    attend(index)
    listeners[index].pausedUntil = nil
    for _ in 0..<Limits.backlogMax / Limits.acceptsPerTurn {
      guard listeners[index].hasClients, listeners[index].pausedUntil == nil else { return }
      acceptSome(index, on: &transport)
    }
  }

  /// Resets everything and ends now.
  @inlinable
  mutating func stop(on transport: inout IO) {
    endChecks(on: &transport)
    forgetHeld(at: transport.now)
    closeListeners(on: &transport)
    if case .serving = stage { stage = .draining(since: transport.now) }
    for index in 0..<sessions.extent where sessions.contains(index) {
      resetByStop += 1
      end(index, by: .porxy, .shutdown, failure: nil, on: &transport)
    }
    if isServing { stopped() }
  }

  @inlinable
  mutating func stopped() {
    stage = .stopped
    record(.drained(reset: resetByStop))
  }

  @inlinable
  mutating func closeListeners(on transport: inout IO) {
    for index in 0..<listeners.extent where listeners.contains(index) { remove(listener: index, on: &transport) }
    attended.removeAll()
    going.removeAll()
    forgetMirrors(on: &transport)
  }

  /// Closes a listener's socket and forgets it, but for its place among those that are attended or about to go.
  @inlinable
  mutating func remove(listener index: UInt32, on transport: inout IO) {
    if !listeners[index].isLost {
      places[listeners[index].id] = nil
      transport.closeListener(listeners[index].id)
    }
    shared.places.leave(listeners[index].place)
    countPauseEnd(index, at: transport.now)
    let plan = listeners[index].plan
    listeners.remove(index)
    leave(plan)
  }
}
