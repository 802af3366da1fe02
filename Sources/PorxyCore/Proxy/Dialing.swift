// Connecting a session to its backend: every endpoint in turn, and every address of an endpoint's name, the next
// attempt beginning while the last may still succeed (RFC 8305), and a reset for the client when none does (REFUSED).
// The client knows nothing of it: none of its bytes has left porxy before a connection is established.
extension Proxy where IO: ~Copyable {
  @inlinable
  mutating func dial(for session: UInt32, on transport: inout IO) {
    let dial = dials.insert(Dial(session: session, startedAt: transport.now))
    sessions[session].dial = dial
    attempt(dial, on: &transport)
  }

  @inlinable
  func backendIndex(of session: UInt32) -> UInt32 { plans[UInt32(sessions[session].plan)].backend }

  /// The endpoint that a dial tries, in the worker's table.
  @inlinable
  func endpointIndex(of dial: UInt32) -> UInt32 {
    backends[backendIndex(of: dials[dial].session)].endpoints[Int(dials[dial].endpoint)]
  }

  /// Where an endpoint of a session's backend is, at one of its addresses.
  @inlinable
  func place(of endpoint: UInt16, at address: IPAddress, for session: UInt32) -> Endpoint {
    let known = backends[backendIndex(of: session)].endpoints[Int(endpoint)]
    return Endpoint(address, endpoints[known].endpoint.port ?? sessions[session].backendEndpoint.port)
  }

  // MARK: Attempts

  /// Begins the next attempt, at the next endpoint where this one has none left; refuses the session when there is none
  /// left at all.
  @inlinable
  mutating func attempt(_ dial: UInt32, on transport: inout IO) {
    let session = dials[dial].session
    dials[dial].nextAttemptAt = .never
    var left = Limits.endpointsPerTurn
    while true {  // bound: endpointsPerTurn
      guard hasPorts(dial, at: transport.now) else { break }
      tryAddresses(of: dial, on: &transport)
      guard dials[dial].hasFailedEndpoint else { break }
      guard left > 0 else {
        dials[dial].nextAttemptAt = transport.now + Limits.endpointsInterval
        break
      }
      left -= 1
      if beginEndpoint(dial, on: &transport) { continue }
      if dials[dial].isExhausted, !waitsForMore(dial, at: transport.now) {
        return refuse(session, dials[dial].lastFailure, on: &transport)
      }
      break
    }
    arm(session, at: transport.now)
  }

  /// Whether an attempt is worth making: behind others that wait for a port towards the endpoint, it would be in vain.
  /// A dial that has another endpoint to try does not wait with them.
  @inlinable
  mutating func hasPorts(_ dial: UInt32, at now: Instant) -> Bool {
    guard !shortEndpoints.isEmpty, dials[dial].endpoint != Dial.noEndpoint else { return true }
    let endpoint = endpointIndex(of: dial)
    guard !endpoints[endpoint].portless.isEmpty, dials[dial].shortSince == nil else { return true }
    guard dials[dial].next < dials[dial].addresses.count else { return true }
    if backends[endpoints[endpoint].backend].hasSeveral {
      for address in dials[dial].addresses[dials[dial].next...] {
        dials[dial].portless.append(Dial.Portless(endpoint: dials[dial].endpoint, address: address))
      }
      dials[dial].next = dials[dial].addresses.count
      return true
    }
    guard dials[dial].attempts.count == 0 else { return true }
    waitForPort(dial, at: now)
    return false
  }

  /// Begins an attempt at the endpoint's next address, and at further ones where that fails at once.
  @inlinable
  mutating func tryAddresses(of dial: UInt32, on transport: inout IO) {
    let session = dials[dial].session
    while dials[dial].next < dials[dial].addresses.count {  // bound: the addresses, addressesMax
      guard hasRoomForAttempt(dial, at: transport.now) else { break }
      let address = dials[dial].addresses[dials[dial].next]
      let endpoint = dials[dial].endpoint
      do throws(TransportError) {
        let socket = try connect(dial, to: place(of: endpoint, at: address, for: session), on: &transport)
        setOwner(of: socket, to: dial, as: .attempt)
        countAttempt(of: session)
        dials[dial].attempts.append(
          Attempts.Attempt(socket: socket, at: address, of: endpoint, since: transport.now))
        dials[dial].next += 1
        if dials[dial].shortSince != nil, dials[dial].nextEndpointAt == .never {
          limitAttempt(dial, at: transport.now)
        }
        dials[dial].shortSince = nil
        if dials[dial].next < dials[dial].addresses.count {
          dials[dial].nextAttemptAt = transport.now + Limits.attemptInterval
        }
        break
      } catch {
        giveAttemptBack(dial)
        if error.failure.isShortage {
          endureShortage(of: dial, error.failure, at: transport.now)
          break
        }
        countAttempt(of: session)
        attemptFailed(dial, at: address, of: endpoint, error.failure, atOnce: true, transport.now)
        dials[dial].next += 1
      }
    }
  }

  /// Whether something may still come for a dial that has neither an attempt open nor an endpoint to begin with.
  @inlinable
  mutating func waitsForMore(_ dial: UInt32, at now: Instant) -> Bool {
    if let endpoint = dials[dial].takePortless() {
      // Without a port towards one address another one of the backend's may do: none is waited for before all have been
      // tried.
      if endpoint != dials[dial].endpoint {
        account(of: endpoint, for: dials[dial].session).take()
        moveOn(dial, to: endpoint)
      }
      waitForPort(dial, at: now)
    } else if dials[dial].wait == .name {
      // The name may lead elsewhere by now: its answer is on its way.
      dials[dial].nextAttemptAt = now + Limits.renewalPatience
    } else if dials[dial].others.hasFull {
      // It has connected, so it is not refused: it waits for a place, as others do in the backlog.
      dials[dial].nextAttemptAt = now + Limits.pauseInterval
      pauseListeners(of: backendIndex(of: dials[dial].session), .endpointsMax, at: now)
    } else {
      return false
    }
    return true
  }

  /// A dial always gets one socket; each further one at the same time is taken from what all dials have together, so
  /// that a name whose addresses are silent leaves descriptors for others.
  @inlinable
  mutating func hasRoomForAttempt(_ dial: UInt32, at now: Instant) -> Bool {
    let open = dials[dial].attempts.count
    if open == 0 { return true }
    if open < Limits.attemptsMax, shared.admission.takeAttempt(worker) { return true }
    dials[dial].nextAttemptAt = now + Limits.attemptInterval
    return false
  }

  /// An attempt that had room did not come about, or is over and leaves others open.
  @inlinable
  mutating func giveAttemptBack(_ dial: UInt32) {
    if dials[dial].attempts.count > 0 { shared.admission.giveBackAttempts(1, worker) }
  }

  /// Keeps an accepted client while there is no descriptor or memory for its backend, and accepts no other for a while
  /// (ACCEPT).
  @inlinable
  mutating func endureShortage(of dial: UInt32, _ failure: Failure, at now: Instant) {
    if dials[dial].shortSince == nil { dials[dial].shortSince = now }
    dials[dial].nextAttemptAt = now + Limits.pauseInterval
    dials[dial].lastFailure = failure
    for index in 0..<listeners.extent where listeners.contains(index) {
      attend(index)
      pause(index, .shortage(failure), at: now)
    }
  }

  @inlinable
  mutating func attemptFailed(
    _ dial: UInt32, at address: IPAddress, of endpoint: UInt16, _ failure: Failure, atOnce: Bool, _ now: Instant
  ) {
    dials[dial].noteMet(failure, atOnce: atOnce)
    let session = dials[dial].session
    let known = backendIndex(of: session)
    countAttempts(AttemptResult(failure), to: known, endpoint)
    if failure == .portsExhausted {
      dials[dial].portless.append(Dial.Portless(endpoint: endpoint, address: address))
    }
    let place = place(of: endpoint, at: address, for: session)
    record(.attemptFailed(id(of: session), backend: backends[known].backend.name, place, failure))
    endpointFailed(dial, failure, endpoint, at: now)
  }

  @inlinable
  mutating func countAttempt(of session: UInt32) {
    if sessions[session].attempts < .max { sessions[session].attempts += 1 }
  }

  @inlinable
  mutating func connected(_ socket: SocketID, on transport: inout IO) {
    guard let owner = owner(of: socket) else { return }
    switch owner.role {
    case .attempt: attemptConnected(owner.index, socket, on: &transport)
    case .look: lookConnected(owner.index, on: &transport)
    case .check: checkConnected(owner.index, on: &transport)
    case .none, .client, .backend: break
    }
  }

  @inlinable
  mutating func connectFailed(_ socket: SocketID, _ failure: Failure, on transport: inout IO) {
    guard let owner = owner(of: socket) else { return }
    switch owner.role {
    case .attempt: attemptConnectFailed(owner.index, socket, failure, on: &transport)
    case .look: endLook(owner.index, on: &transport)
    case .check: checkConnectFailed(owner.index, failure, on: &transport)
    case .none, .client, .backend: break
    }
  }

  @inlinable
  mutating func attemptConnected(_ dial: UInt32, _ socket: SocketID, on transport: inout IO) {
    let session = dials[dial].session
    guard let attempt = dials[dial].attempts.remove(socket) else { return }
    giveAttemptBack(dial)
    countConnected(to: backendIndex(of: session), attempt, since: dials[dial].startedAt, at: transport.now)
    endpointAnswered(dial, attempt.endpoint)
    abandon(dial, .orderly, as: .lostRace, winner: attempt.endpoint, on: &transport)
    sessions[session].endpoint = attempt.endpoint
    sessions[session].backendEndpoint = place(of: attempt.endpoint, at: attempt.address, for: session)
    setOwner(of: socket, to: session, as: .backend)
    sessions[session].dial = .max
    sessions[session].backend = socket
    sessions[session].connectedAt = transport.now
    sessions[session].activeAt = transport.now
    sessions[session].progressAt = transport.now
    sessions[session].toBackend.sinkReady = true
    sessions[session].toClient.sourceReady = true
    welcome(session, at: transport.now)
    arm(session, at: transport.now)
    if backends[backendIndex(of: session)].backend.proxyProtocol != nil { announceClient(of: session) }
    relay(session, on: &transport)
  }

  @inlinable
  mutating func attemptConnectFailed(_ dial: UInt32, _ socket: SocketID, _ failure: Failure, on transport: inout IO) {
    guard let attempt = dials[dial].attempts.remove(socket) else { return }
    giveAttemptBack(dial)
    clearOwner(of: socket)
    unchain(socket)
    transport.close(socket, .orderly)
    attemptFailed(dial, at: attempt.address, of: attempt.endpoint, failure, atOnce: false, transport.now)
    if attempt.endpoint != dials[dial].endpoint { leaveSilent(dial, attempt.endpoint) }
    // The next address need not wait for its interval any more.
    if attempt.endpoint == dials[dial].endpoint || dials[dial].isExhausted {
      self.attempt(dial, on: &transport)
    }
  }

  /// Looks after a dial whose session's timer fired.
  @inlinable
  mutating func dialTimerFired(_ dial: UInt32, at now: Instant, on transport: inout IO) {
    let session = dials[dial].session
    if let connect = timeouts(of: session).connect, now >= dials[dial].startedAt + connect {
      return end(session, by: .porxy, .timeout, failure: .timedOut, on: &transport)
    }
    if now >= dials[dial].nextEndpointAt {
      endpointIsSilent(dial, at: now, on: &transport)
    } else if now >= dials[dial].nextAttemptAt {
      // No answer came in time.
      if dials[dial].isExhausted { endWait(of: dial) }
      attempt(dial, on: &transport)
    }
    guard sessions.contains(session), sessions[session].dial == dial else { return }
    // Judged behind a try: what was short when time was up may be there again.
    guard let since = dials[dial].shortSince, dials[dial].attempts.count == 0 else { return }
    guard now >= since + Limits.shortagePatience else { return }
    end(session, by: .porxy, .limit, failure: dials[dial].lastFailure, on: &transport)
  }

  /// Resets a client whose backend cannot be had (REFUSED).
  @inlinable
  mutating func refuse(_ session: UInt32, _ failure: Failure?, on transport: inout IO) {
    mirrorRefusal(of: session, at: transport.now)
    end(session, by: .backend, .refused, failure: failure, on: &transport)
  }

  /// Ends a dial, with all attempts that are still open, and its places with all endpoints but the one that has won.
  ///
  /// An attempt may have been accepted already without our knowing: it is closed the way its session is, so that a
  /// server sees the reset of a client that reset meanwhile, and no clean end.
  @inlinable
  mutating func abandon(
    _ dial: UInt32, _ closing: Closing, as result: AttemptResult, winner: UInt16? = nil, on transport: inout IO
  ) {
    if result == .timedOut { suspect(dials[dial].endpoint, of: dials[dial].session, because: .timedOut) }
    endWait(of: dial)
    let session = dials[dial].session
    shared.admission.giveBackAttempts(dials[dial].attempts.count - 1, worker)
    for index in 0..<dials[dial].attempts.count {
      let attempt = dials[dial].attempts[index]
      countAttempts(result, to: backendIndex(of: session), attempt.endpoint)
      clearOwner(of: attempt.socket)
      unchain(attempt.socket)
      transport.close(attempt.socket, closing)
    }
    giveBackPlaces(of: dial, but: winner)
    dials.remove(dial)
  }
}
