public import PorxyCore

// Connecting a backend, and what faults make of it.
extension FaultyTransport where Base: ~Copyable {
  public mutating func connect(
    to endpoint: Endpoint, _ options: SocketOptions, for client: SocketID
  ) throws(TransportError) -> SocketID {
    let session = client == .none ? UInt32.max : sockets[place(of: client)].session
    // A connection to a listener of porxy's own is known by its address, which a delayed one does not have yet.
    if session != .max, let (fault, connect) = connectFault(of: session),
      !listeners.contains(where: { $0.port == endpoint.port }) || !base.isOwn(endpoint.address)
    {
      meet(fault, of: session, at: 0)
      let id = add(.none, .waiting(connect, endpoint, options), session: session, .backend)
      arm(Int(id.slot), at: outcome(of: connect, options))
      return id
    }
    if let failure = shortage(\.connectFailure) { throw TransportError(failure, during: "connect") }
    let socket = try base.connect(to: endpoint, options, for: .none)
    return add(socket, .connecting, session: session, .backend)
  }

  /// The first fault of a session that acts on an attempt now.
  func connectFault(of session: UInt32) -> (fault: Int, connect: FaultedConnect)? {
    guard let known = sessions[Int(session)] else { return nil }
    for (number, fault) in known.faults.enumerated() where !fault.isPending {
      let active = plan.faults[fault.place]
      guard case .backend(let connect) = active.planned.deed, active.isTime(at: base.now, of: known.acceptedAt) else {
        continue
      }
      return (number, connect)
    }
    return nil
  }

  /// When the proxy hears of it, or the attempt begins.
  private func outcome(of connect: FaultedConnect, _ options: SocketOptions) -> Instant {
    switch connect {
    case .refused, .unreachable: base.now
    case .silent: base.now + min(Self.synPatience, options.userTimeout ?? Self.synPatience)
    case .slow(let delay): base.now + delay
    }
  }

  mutating func finishWaiting(
    _ place: Int, _ connect: FaultedConnect, _ endpoint: Endpoint, _ options: SocketOptions
  ) -> Event? {
    let failure: Failure
    switch connect {
    case .refused: failure = .connectionRefused
    case .unreachable: failure = .hostUnreachable
    case .silent: failure = .timedOut
    case .slow:
      do throws(TransportError) {
        let socket = try base.connect(to: endpoint, options, for: .none)
        sockets[place].stage = .connecting
        join(place, socket)
        return nil
      } catch {
        // As an attempt of the proxy's own waits; a refused client cannot be told that there is room again.
        if error.failure.isShortage || error.failure == .portsExhausted {
          arm(place, at: base.now + Limits.pauseInterval)
          return nil
        }
        failure = error.failure
      }
    }
    sockets[place].stage = .connecting
    return .connectFailed(id(of: place), failure)
  }

  /// The base transport has connected a socket.
  mutating func connected(_ place: Int) -> Event {
    sockets[place].stage = .open
    if sockets[place].isLined { arm(place, at: base.now) }
    return .connected(id(of: place))
  }

  /// A fault has closed a socket below the proxy.
  mutating func leave(_ place: Int) {
    forget(sockets[place].base)
    sockets[place].base = .none
  }
}
