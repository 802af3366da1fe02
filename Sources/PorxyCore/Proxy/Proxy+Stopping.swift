// Stopping when told to (STOP).
extension Proxy where Network: ~Copyable {
  /// Accepts no more and lets sessions finish within their drain time.
  @inlinable
  mutating func drain(on network: inout Network) {
    guard case .serving = stage else { return }
    for index in listeners.indices { acceptAll(index, on: &network) }
    closeListeners(on: &network)
    stage = .draining(since: network.now)
    record(.draining(sessions: sessions.count))
    if sessions.count == 0 { return stopped() }
    for index in 0..<sessions.extent where sessions.contains(index) { arm(index, at: network.now) }
  }

  /// Whoever has connected before has a right to be served, though the event that tells of it may come behind the
  /// signal, and though more may wait than one turn takes.
  @inlinable
  mutating func acceptAll(_ index: Int, on network: inout Network) {
    listeners[index].hasClients = true
    listeners[index].pausedUntil = nil
    for _ in 0..<Limits.backlogMax / Limits.acceptsPerTurn {
      guard listeners[index].hasClients, listeners[index].pausedUntil == nil else { return }
      acceptSome(index, on: &network)
    }
  }

  /// Resets everything and ends now.
  @inlinable
  mutating func stop(on network: inout Network) {
    closeListeners(on: &network)
    if case .serving = stage { stage = .draining(since: network.now) }
    for index in 0..<sessions.extent where sessions.contains(index) {
      resetByStop += 1
      end(index, by: .porxy, .shutdown, failure: nil, on: &network)
    }
    if isServing { stopped() }
  }

  @inlinable
  mutating func stopped() {
    stage = .stopped
    record(.drained(reset: resetByStop))
  }

  @inlinable
  mutating func closeListeners(on network: inout Network) {
    for listener in listeners { network.closeListener(listener.id) }
    listeners.removeAll()
  }
}
