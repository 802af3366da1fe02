// Connecting a session to its backend: every address of its name in turn, the next attempt beginning while the last may
// still succeed (RFC 8305), and a reset for the client when none does (REFUSED).
extension Proxy where Network: ~Copyable {
  @inlinable
  mutating func dial(for session: UInt32, on network: inout Network) {
    let dial = dials.insert(Dial(session: session, startedAt: network.now))
    sessions[session].dial = dial
    let backend = backendIndex(of: session)
    if network.now < backends[backend].expiresAt, !backends[backend].addresses.isEmpty {
      dials[dial].addresses = backends[backend].addresses
      attempt(dial, on: &network)
    } else {
      resolve(backend, for: dial, on: &network)
    }
  }

  @inlinable
  func backendIndex(of session: UInt32) -> Int {
    patience(of: session).backend
  }

  // MARK: Resolving

  @inlinable
  mutating func resolve(_ backend: Int, for dial: UInt32, on network: inout Network) {
    guard case .name(let name) = configuration.backends[backend].host else { return }
    dials[dial].isResolving = true
    backends[backend].waiting.append(dial)
    if backends[backend].resolution == nil { backends[backend].resolution = network.resolve(name) }
    arm(dials[dial].session, at: network.now)
  }

  @inlinable
  mutating func resolved(_ resolution: ResolutionID, on network: inout Network) {
    guard let backend = backends.firstIndex(where: { $0.resolution == resolution }) else { return }
    backends[backend].resolution = nil
    do throws(ResolutionError) {
      let answer = try network.takeAddresses(of: resolution)
      guard !answer.isEmpty else { throw .unknownName }
      backends[backend].take(answer, at: network.now)
    } catch {
      // A name that stops resolving keeps its last good answer.
      let usesLastAnswer = !backends[backend].addresses.isEmpty
      backends[backend].expiresAt = network.now + Limits.resolutionLifetime
      record(.unresolved(backend: backend, error, usesLastAnswer: usesLastAnswer))
    }
    let waiting = backends[backend].waiting
    backends[backend].waiting = []
    for dial in waiting {
      dials[dial].isResolving = false
      dials[dial].addresses = backends[backend].addresses
      attempt(dial, on: &network)
    }
  }

  // MARK: Attempts

  /// Begins the next attempt; refuses the session when there is none left.
  @inlinable
  mutating func attempt(_ dial: UInt32, on network: inout Network) {
    let session = dials[dial].session
    let backend = backendIndex(of: session)
    dials[dial].nextAttemptAt = .never
    while dials[dial].next < dials[dial].addresses.count {  // bound: the addresses, addressesMax
      let endpoint = Endpoint(dials[dial].addresses[dials[dial].next], backends[backend].port)
      do throws(TransportError) {
        let socket = try network.connect(to: endpoint, backends[backend].socket)
        link(socket, to: dial, as: .attempt)
        dials[dial].attempts.append(Attempts.Attempt(socket: socket, address: dials[dial].next))
        dials[dial].noteBegun(endpoint.address)
        dials[dial].next += 1
        dials[dial].shortSince = nil
        if dials[dial].next < dials[dial].addresses.count {
          dials[dial].nextAttemptAt = network.now + Limits.attemptInterval
        }
        break
      } catch {
        // Without a local address another one of the backend's may do: it is no shortage before all have been tried.
        if error.failure.isShortage && error.failure != .addressUnavailable {
          endureShortage(of: dial, error.failure, at: network.now)
          break
        }
        attemptFailed(dial, at: endpoint, error.failure)
        dials[dial].next += 1
      }
    }
    if dials[dial].isExhausted {
      guard dials[dial].retriesPassedOver() else { return refuse(session, dials[dial].lastFailure, on: &network) }
      endureShortage(of: dial, .addressUnavailable, at: network.now)
    }
    arm(session, at: network.now)
  }

  /// Keeps an accepted client while there is no descriptor, memory or port for its backend, and accepts no other
  /// (ACCEPT).
  @inlinable
  mutating func endureShortage(of dial: UInt32, _ failure: Failure, at now: Instant) {
    if dials[dial].shortSince == nil { dials[dial].shortSince = now }
    dials[dial].nextAttemptAt = now + Limits.pauseInterval
    dials[dial].lastFailure = failure
    pauseAll(.shortage(failure), at: now)
  }

  @inlinable
  mutating func attemptFailed(_ dial: UInt32, at endpoint: Endpoint, _ failure: Failure) {
    dials[dial].lastFailure = failure
    if failure == .addressUnavailable {
      dials[dial].passedOver.append(endpoint.address)
    } else {
      dials[dial].lacksPorts = false
    }
    record(.attemptFailed(backend: backendIndex(of: dials[dial].session), endpoint, failure))
  }

  @inlinable
  mutating func connected(_ socket: SocketID, on network: inout Network) {
    guard let link = link(of: socket), link.role == .attempt else { return }
    let session = dials[link.owner].session
    guard let address = dials[link.owner].takeAttempt(socket) else { return }
    abandon(link.owner, .orderly, on: &network)
    sessions[session].backendEndpoint = Endpoint(address, backends[backendIndex(of: session)].port)
    self.link(socket, to: session, as: .backend)
    sessions[session].dial = .max
    sessions[session].backend = socket
    sessions[session].connectedAt = network.now
    sessions[session].toBackend.sinkReady = true
    sessions[session].toClient.sourceReady = true
    if patience(of: session).keepalive != nil {
      sessions[session].isNewcomer = true
      newcomers.add(session, at: network.now)
    }
    arm(session, at: network.now)
    relay(session, on: &network)
  }

  @inlinable
  mutating func connectFailed(_ socket: SocketID, _ failure: Failure, on network: inout Network) {
    guard let link = link(of: socket), link.role == .attempt else { return }
    let dial = link.owner
    guard let address = dials[dial].takeAttempt(socket) else { return }
    let endpoint = Endpoint(address, backends[backendIndex(of: dials[dial].session)].port)
    unlink(socket)
    network.close(socket, .orderly)
    attemptFailed(dial, at: endpoint, failure)
    // The next address need not wait for its interval any more.
    self.attempt(dial, on: &network)
  }

  /// Looks after a dial whose session's timer fired.
  @inlinable
  mutating func dialTimerFired(_ dial: UInt32, on network: inout Network) {
    let now = network.now
    let session = dials[dial].session
    if let connect = patience(of: session).connect, now >= dials[dial].startedAt + connect {
      return end(session, by: .porxy, .timeout, failure: .timedOut, on: &network)
    }
    if let since = dials[dial].shortSince, dials[dial].attempts.count == 0, now >= since + Limits.shortagePatience {
      return end(session, by: .porxy, .limit, failure: dials[dial].lastFailure, on: &network)
    }
    if now >= dials[dial].nextAttemptAt { attempt(dial, on: &network) }
  }

  /// Resets a client whose backend cannot be had (REFUSED).
  @inlinable
  mutating func refuse(_ session: UInt32, _ failure: Failure?, on network: inout Network) {
    end(session, by: .backend, .refused, failure: failure, on: &network)
  }

  /// Ends a dial, with all attempts that are still open.
  ///
  /// An attempt may have been accepted already without our knowing: it is closed the way its session is, so that a
  /// server sees the reset of a client that reset meanwhile, and no clean end.
  @inlinable
  mutating func abandon(_ dial: UInt32, _ closing: Closing, on network: inout Network) {
    if dials[dial].isResolving {
      let backend = backendIndex(of: dials[dial].session)
      backends[backend].waiting.removeAll { $0 == dial }
    }
    for index in 0..<dials[dial].attempts.count {
      let socket = dials[dial].attempts[index].socket
      unlink(socket)
      network.close(socket, closing)
    }
    dials.remove(dial)
  }
}
