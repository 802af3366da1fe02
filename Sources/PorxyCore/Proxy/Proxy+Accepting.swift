// Taking clients in, and leaving them in the backlog when there is no room (ACCEPT).
extension Proxy where Network: ~Copyable {
  @inlinable
  mutating func acceptable(_ id: ListenerID, on network: inout Network) {
    guard let index = listeners.firstIndex(where: { $0.id == id }) else { return }
    listeners[index].hasClients = true
    if network.now >= listeners[index].pausedUntil ?? network.now { acceptSome(index, on: &network) }
  }

  /// Takes clients until none waits, there is no room, or it is somebody else's turn.
  @inlinable
  mutating func acceptSome(_ index: Int, on network: inout Network) {
    let listener = listeners[index].listener
    listeners[index].pausedUntil = nil
    for _ in 0..<Limits.acceptsPerTurn {
      if let reason = admission.enter(listener: listener, worker: worker) {
        return pause(index, reason, at: network.now)
      }
      switch network.accept(from: listeners[index].id) {
      case .accepted(let socket, let endpoint):
        tellResumed(index, at: network.now)
        open(socket, from: endpoint, listener: listener, on: &network)
      case .drained:
        admission.leave(listener: listener, worker: worker)
        listeners[index].hasClients = false
        tellResumed(index, at: network.now)
        return
      case .failed(let failure):
        admission.leave(listener: listener, worker: worker)
        if failure.isShortage { return pause(index, .shortage(failure), at: network.now) }
      }
    }
  }

  /// Begins a session for a client, unless the client has gone already and left nothing behind (GONE).
  @inlinable
  mutating func open(_ client: SocketID, from endpoint: Endpoint, listener: Int, on network: inout Network) {
    let index = sessions.insert(Session(client: client, from: endpoint, listener: listener, at: network.now))
    link(client, to: index, as: .client)
    // What has come already is taken in advance, as far as one conduit holds it. An error behind it makes an event.
    relay(index, on: &network)
    if sessions.contains(index) { dial(for: index, on: &network) }
  }

  /// Leaves the clients of a listener waiting for a while: a pause instead of a spin.
  @inlinable
  mutating func pause(_ index: Int, _ reason: PauseReason, at now: Instant) {
    listeners[index].pausedUntil = now + Limits.pauseInterval
    guard !listeners[index].pauseIsTold, admission.mayNotice(at: now) else { return }
    listeners[index].pauseIsTold = true
    record(.paused(listener: listeners[index].listener, because: reason))
  }

  /// Nobody is accepted for a while because those who were cannot be connected.
  @inlinable
  mutating func pauseAll(_ reason: PauseReason, at now: Instant) {
    for index in listeners.indices {
      listeners[index].hasClients = true
      pause(index, reason, at: now)
    }
  }

  /// A session has ended: whoever waits for its place may have it.
  @inlinable
  mutating func endPauses() {
    for index in listeners.indices where listeners[index].pausedUntil != nil {
      listeners[index].pausedUntil = Instant(nanoseconds: 0)
    }
  }

  @inlinable
  mutating func tellResumed(_ index: Int, at now: Instant) {
    guard listeners[index].pauseIsTold, admission.mayNotice(at: now) else { return }
    listeners[index].pauseIsTold = false
    record(.resumed(listener: listeners[index].listener))
  }
}
