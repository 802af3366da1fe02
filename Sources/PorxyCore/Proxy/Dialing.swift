/// The attempts to connect a session to one of its backend's addresses.
@usableFromInline
struct Dial {
  /// The queue of its backend that a dial is in.
  @usableFromInline
  enum Wait: UInt8 {
    case none
    /// For the answer to the backend's name.
    case name
    /// For a local port towards the backend.
    case port
  }

  @usableFromInline let session: UInt32
  @usableFromInline let startedAt: Instant
  @usableFromInline var addresses: [IPAddress] = []
  /// The next address to try, an index in `addresses`.
  @usableFromInline var next = 0
  @usableFromInline var attempts = Attempts()
  /// When the next address is tried though an attempt is still open.
  @usableFromInline var nextAttemptAt = Instant.never
  /// Since when there has been no descriptor, memory or port for an attempt.
  @usableFromInline var shortSince: Instant?
  @usableFromInline var lastFailure: Failure?
  /// Addresses towards which there was no local port.
  @usableFromInline var portless: [IPAddress] = []
  @usableFromInline var wait = Wait.none
  @usableFromInline var place = DialQueue.Place()

  @usableFromInline
  init(session: UInt32, startedAt: Instant) {
    self.session = session
    self.startedAt = startedAt
  }

  @inlinable
  var isExhausted: Bool { next >= addresses.count && attempts.count == 0 }

  /// Takes the attempt with this socket out and returns the address that it led to; nil if there is none.
  @inlinable
  mutating func takeAttempt(_ socket: SocketID) -> IPAddress? {
    // The addresses before `next` keep their places while there is an attempt.
    attempts.remove(socket).map { addresses[$0] }
  }

  /// Takes the addresses that are new to it, to be tried before those that are left; false where there is none.
  @usableFromInline
  mutating func add(_ answer: [IPAddress]) -> Bool {
    let new = answer.filter { !addresses.contains($0) }
    // The addresses of attempts that are open keep their places.
    addresses.insert(contentsOf: new, at: next)
    return !new.isEmpty
  }

  /// Begins anew with the addresses that lacked nothing but a port; false where there are none.
  @inlinable
  mutating func beginsAnewWithPortless() -> Bool {
    guard !portless.isEmpty else { return false }
    addresses = portless
    portless = []
    next = 0
    return true
  }
}

/// The sockets of a dial that are connecting; a list without memory of its own, as long as `Limits.attemptsMax`.
@usableFromInline
struct Attempts {
  @usableFromInline
  struct Attempt {
    @usableFromInline let socket: SocketID
    /// An index in the dial's addresses.
    @usableFromInline let address: UInt8

    @usableFromInline
    init(socket: SocketID, address: Int) {
      self.socket = socket
      self.address = UInt8(address)
    }
  }

  // As many as `Limits.attemptsMax`.
  private var places: InlineArray<8, Attempt> = .init(repeating: Attempt(socket: .none, address: 0))
  @usableFromInline private(set) var count = 0

  @usableFromInline
  init() {}

  @usableFromInline
  subscript(index: Int) -> Attempt { places[index] }

  @usableFromInline
  mutating func append(_ attempt: Attempt) {
    invariant(count < places.count, "a dial has no more attempts open than Limits.attemptsMax")
    places[count] = attempt
    count += 1
  }

  /// Takes the attempt with this socket out and returns which address it led to; nil if there is none.
  @usableFromInline
  mutating func remove(_ socket: SocketID) -> Int? {
    for index in 0..<count where places[index].socket == socket {
      let address = places[index].address
      count -= 1
      places[index] = places[count]
      return Int(address)
    }
    return nil
  }
}

// Connecting a session to its backend: every address of its name in turn, the next attempt beginning while the last may
// still succeed (RFC 8305), and a reset for the client when none does (REFUSED).
extension Proxy where IO: ~Copyable {
  @inlinable
  mutating func dial(for session: UInt32, on transport: inout IO) {
    let dial = dials.insert(Dial(session: session, startedAt: transport.now))
    sessions[session].dial = dial
    address(dial, of: backendIndex(of: session), on: &transport)
  }

  @inlinable
  func backendIndex(of session: UInt32) -> UInt32 { plans[UInt32(sessions[session].plan)].backend }

  // MARK: Attempts

  /// Begins the next attempt; refuses the session when there is none left.
  @inlinable
  mutating func attempt(_ dial: UInt32, on transport: inout IO) {
    let session = dials[dial].session
    let backend = backendIndex(of: session)
    dials[dial].nextAttemptAt = .never
    // Behind others that wait, a try would be in vain. Whoever has nothing left to try does not wait with them.
    if !hasPorts(backend), dials[dial].attempts.count == 0, dials[dial].shortSince == nil, !dials[dial].isExhausted {
      waitForPort(dial, at: transport.now)
      return arm(session, at: transport.now)
    }
    while dials[dial].next < dials[dial].addresses.count {  // bound: the addresses, addressesMax
      guard hasRoomForAttempt(dial, at: transport.now) else { break }
      let endpoint = Endpoint(dials[dial].addresses[dials[dial].next], sessions[session].backendEndpoint.port)
      do throws(TransportError) {
        let socket = try connect(dial, to: endpoint, on: &transport)
        setOwner(of: socket, to: dial, as: .attempt)
        countAttempt(of: session)
        dials[dial].attempts.append(Attempts.Attempt(socket: socket, address: dials[dial].next))
        dials[dial].next += 1
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
        attemptFailed(dial, at: endpoint, error.failure)
        dials[dial].next += 1
      }
    }
    if dials[dial].isExhausted {
      // Without a port towards one address another one of the backend's may do: none is waited for before all have been
      // tried.
      if dials[dial].beginsAnewWithPortless() {
        waitForPort(dial, at: transport.now)
      } else if dials[dial].wait == .name {
        // The name may lead elsewhere by now: its answer is on its way.
        dials[dial].nextAttemptAt = transport.now + Limits.renewalPatience
      } else {
        return refuse(session, dials[dial].lastFailure, on: &transport)
      }
    }
    arm(session, at: transport.now)
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
  mutating func attemptFailed(_ dial: UInt32, at endpoint: Endpoint, _ failure: Failure) {
    dials[dial].lastFailure = failure
    countAttempts(AttemptResult(failure), to: backendIndex(of: dials[dial].session))
    if failure == .portsExhausted { dials[dial].portless.append(endpoint.address) }
    let session = dials[dial].session
    let backend = backends[backendIndex(of: session)].backend.name
    record(.attemptFailed(id(of: session), backend: backend, endpoint, failure))
  }

  @inlinable
  mutating func countAttempt(of session: UInt32) {
    if sessions[session].attempts < .max { sessions[session].attempts += 1 }
  }

  @inlinable
  mutating func connected(_ socket: SocketID, on transport: inout IO) {
    guard let owner = owner(of: socket), owner.role == .attempt else { return }
    let session = dials[owner.index].session
    guard let address = dials[owner.index].takeAttempt(socket) else { return }
    giveAttemptBack(owner.index)
    countConnected(to: backendIndex(of: session), since: dials[owner.index].startedAt, at: transport.now)
    abandon(owner.index, .orderly, as: .lostRace, on: &transport)
    sessions[session].backendEndpoint = Endpoint(address, sessions[session].backendEndpoint.port)
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
    relay(session, on: &transport)
  }

  @inlinable
  mutating func connectFailed(_ socket: SocketID, _ failure: Failure, on transport: inout IO) {
    guard let owner = owner(of: socket), owner.role == .attempt else { return }
    let dial = owner.index
    guard let address = dials[dial].takeAttempt(socket) else { return }
    giveAttemptBack(dial)
    let endpoint = Endpoint(address, sessions[dials[dial].session].backendEndpoint.port)
    clearOwner(of: socket)
    unchain(socket)
    transport.close(socket, .orderly)
    attemptFailed(dial, at: endpoint, failure)
    // The next address need not wait for its interval any more.
    self.attempt(dial, on: &transport)
  }

  /// Looks after a dial whose session's timer fired.
  @inlinable
  mutating func dialTimerFired(_ dial: UInt32, at now: Instant, on transport: inout IO) {
    let session = dials[dial].session
    if let connect = timeouts(of: session).connect, now >= dials[dial].startedAt + connect {
      return end(session, by: .porxy, .timeout, failure: .timedOut, on: &transport)
    }
    if now >= dials[dial].nextAttemptAt {
      // No answer came in time.
      if dials[dial].isExhausted { endWait(of: dial) }
      attempt(dial, on: &transport)
      guard sessions.contains(session), sessions[session].dial == dial else { return }
    }
    // Judged behind a try: what was short when time was up may be there again.
    guard let since = dials[dial].shortSince, dials[dial].attempts.count == 0 else { return }
    guard now >= since + Limits.shortagePatience else { return }
    end(session, by: .porxy, .limit, failure: dials[dial].lastFailure, on: &transport)
  }

  /// Resets a client whose backend cannot be had (REFUSED).
  @inlinable
  mutating func refuse(_ session: UInt32, _ failure: Failure?, on transport: inout IO) {
    end(session, by: .backend, .refused, failure: failure, on: &transport)
  }

  /// Ends a dial, with all attempts that are still open.
  ///
  /// An attempt may have been accepted already without our knowing: it is closed the way its session is, so that a
  /// server sees the reset of a client that reset meanwhile, and no clean end.
  @inlinable
  mutating func abandon(_ dial: UInt32, _ closing: Closing, as result: AttemptResult, on transport: inout IO) {
    endWait(of: dial)
    countAttempts(result, times: dials[dial].attempts.count, to: backendIndex(of: dials[dial].session))
    shared.admission.giveBackAttempts(dials[dial].attempts.count - 1, worker)
    for index in 0..<dials[dial].attempts.count {
      let socket = dials[dial].attempts[index].socket
      clearOwner(of: socket)
      unchain(socket)
      transport.close(socket, closing)
    }
    dials.remove(dial)
  }
}
