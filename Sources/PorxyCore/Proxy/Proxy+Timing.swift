// The one timer of a session, and what it may be for.
extension Proxy where Network: ~Copyable {
  /// Sets the session's timer to the first thing that time will bring it.
  @inlinable
  mutating func arm(_ index: UInt32, at now: Instant) {
    let deadline = deadline(of: index)
    if deadline == .never { timers.cancel(index) } else { timers.set(index, at: deadline) }
  }

  @inlinable
  func deadline(of index: UInt32) -> Instant {
    let patience = patience(of: index)
    var deadline = sessions[index].lookAt
    if let idle = patience.idle { deadline = min(deadline, sessions[index].activeAt + idle) }
    if case .draining(let since) = stage { deadline = min(deadline, since + patience.drain) }
    let dial = sessions[index].dial
    if dial != .max {
      deadline = min(deadline, dials[dial].nextAttemptAt)
      if let connect = patience.connect { deadline = min(deadline, dials[dial].startedAt + connect) }
    }
    return deadline
  }

  @inlinable
  mutating func timerFired(_ index: UInt32, on network: inout Network) {
    let now = network.now
    let patience = patience(of: index)
    if case .draining(let since) = stage, now >= since + patience.drain {
      resetByStop += 1
      return end(index, by: .porxy, .shutdown, failure: nil, on: &network)
    }
    if let idle = patience.idle, now >= sessions[index].activeAt + idle {
      return end(index, by: .porxy, .timeout, failure: nil, on: &network)
    }
    if sessions[index].dial != .max { dialTimerFired(sessions[index].dial, on: &network) }
    if sessions.contains(index), now >= sessions[index].lookAt { look(at: index, on: &network) }
    if sessions.contains(index) { arm(index, at: now) }
  }

  @inlinable
  func patience(of index: UInt32) -> Patience { patience[Int(sessions[index].listener)] }
}
