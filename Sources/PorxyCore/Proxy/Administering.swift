/// What an administrator may have done with one session (ADMIN).
public enum SessionEnding: String, Sendable, CaseIterable {
  /// Both sides are reset at once.
  case reset
  /// It gets its drain time to finish (`timeouts.drain`), and is reset then.
  case end
}

/// What an administrator may have done with a listener (ADMIN).
public enum ListenerRequest: String, Sendable, CaseIterable {
  /// Its clients wait in the backlog from now on; its sessions go on.
  case pause
  /// It accepts again.
  case resume
}

// What an administrator asks for: the end of a session, and pauses of listeners (ADMIN).
extension Proxy where IO: ~Copyable {
  /// False where there is no such session, or none any more.
  @inlinable
  mutating func end(_ id: SessionID, _ ending: SessionEnding, on transport: inout IO) -> Bool {
    guard let place = place(of: id) else { return false }
    switch ending {
    case .reset: end(place, by: .porxy, .admin, failure: nil, on: &transport)
    case .end where !sessions[place].isEnding:
      sessions[place].isEnding = true
      endingSince[place] = transport.now
      arm(place, at: transport.now)
    // Asked twice, it gets no more time.
    case .end: break
    }
    return true
  }

  /// When a session ends because an administrator has asked for it; nil: it does not.
  @inlinable
  func askedEnd(of index: UInt32) -> Instant? {
    guard sessions[index].isEnding, let since = endingSince[index] else { return nil }
    return since + timeouts(of: index).drain
  }

  /// False where there is no listener of that name, or it accepts no more because porxy stops.
  @inlinable
  mutating func take(_ request: ListenerRequest, of name: String, at now: Instant) -> Bool {
    guard case .serving = stage, generation.routes.contains(where: { $0.listener.name == name }) else { return false }
    let place = heldListeners.firstIndex(of: name)
    switch request {
    case .pause where place == nil:
      heldListeners.append(name)
      holdListeners(at: now)
      record(.paused(listener: name, because: .administrator))
    case .resume: if let place { release(place, at: now) }
    case .pause: break
    }
    return true
  }

  /// Ends the pause of the listener at that place in `heldListeners`.
  @inlinable
  mutating func release(_ place: Int, at now: Instant) {
    let name = heldListeners.remove(at: place)
    holdListeners(at: now)
    record(.resumed(listener: name))
  }

  /// Ends the pauses of the listeners that are no longer there; all of them, where porxy stops: clients that have
  /// connected before are served (STOP).
  @inlinable
  mutating func forgetHeld(but names: Set<String> = [], at now: Instant) {  // lookup only: by name
    for place in heldListeners.indices.reversed() where !names.contains(heldListeners[place]) {
      release(place, at: now)
    }
    holdListeners(at: now)
  }

  /// Has each listening endpoint know whether it is held.
  @inlinable
  mutating func holdListeners(at now: Instant) {
    for index in 0..<listeners.extent where listeners.contains(index) {
      let isHeld = listeners[index].stage == .open && heldListeners.contains(route(of: index).listener.name)
      guard isHeld != listeners[index].isHeld else { continue }
      // A pause for want of room is over: this one is told by itself.
      tellResumed(index, at: now)
      if isHeld { countPause(index, .administrator, at: now) }
      listeners[index].pausedUntil = nil
      listeners[index].isHeld = isHeld
      // Clients may have come meanwhile; a pause ends with a look.
      if !isHeld { attend(index) }
      // Its backend may have begun to refuse meanwhile.
      if !isHeld { followAgain() }
    }
  }
}
