// Which endpoint of its backend a dial tries next, and what is known of the endpoints afterwards.
//
// A dial has a place with each endpoint that it tries. It goes on to the next one when an endpoint has failed, and in
// addition when it has not answered for `timeouts.attempt`: then both are tried, and the first that answers is taken.
extension Proxy where IO: ~Copyable {
  /// The accounts of a session's endpoints, in the order of its backend.
  @inlinable
  func account(of endpoint: UInt16, for session: UInt32) -> EndpointAccount {
    plans[UInt32(sessions[session].plan)].route.endpoints[Int(endpoint)]
  }

  // MARK: The next endpoint

  /// Begins with the next endpoint, if there is one that may be tried.
  @inlinable
  mutating func beginEndpoint(_ dial: UInt32, on transport: inout IO) -> Bool {
    guard let endpoint = takeEndpoint(for: dial, at: transport.now) else { return false }
    moveOn(dial, to: endpoint)
    dials[dial].addresses = []
    dials[dial].next = 0
    limitAttempt(dial, at: transport.now)
    findAddresses(for: dial, on: &transport)
    return true
  }

  /// Gives the endpoint that is tried its time to answer, behind which the next one is tried in addition.
  @inlinable
  mutating func limitAttempt(_ dial: UInt32, at now: Instant) {
    let backend = backends[backendIndex(of: dials[dial].session)]
    if backend.hasSeveral, let attempt = backend.backend.attempt { dials[dial].nextEndpointAt = now + attempt }
  }

  /// Has a dial try another endpoint from now on, with which it has a place. The one before keeps its place while an
  /// attempt at it is open.
  @inlinable
  mutating func moveOn(_ dial: UInt32, to endpoint: UInt16) {
    let before = dials[dial].endpoint
    if before != Dial.noEndpoint {
      if dials[dial].hasAttempts(at: before) {
        dials[dial].others.silent.append(before)
      } else {
        if dials[dial].wait == .name, dials[dial].addresses.isEmpty { dials[dial].others.unresolved.append(before) }
        giveBack(before, of: UInt32(sessions[dials[dial].session].plan))
      }
      endWait(of: dial)
    }
    dials[dial].endpoint = endpoint
    dials[dial].nextEndpointAt = .never
  }

  /// Takes a place with the endpoint that is to be tried next; nil where there is none.
  @inlinable
  mutating func takeEndpoint(for dial: UInt32, at now: Instant) -> UInt16? {
    let session = dials[dial].session
    let route = plans[UInt32(sessions[session].plan)].route
    let isFirst = dials[dial].endpoint == Dial.noEndpoint
    if route.endpoints.count > 1 || isFirst {
      let draw = SplitMix64.mix(shared.seed ^ UInt64(worker) << 48 ^ sessions[session].number)
      if let endpoint = dials[dial].others.take(
        on: route, client: (toldClient(of: session) ?? sessions[session].clientEndpoint).address, draw: draw, at: now)
      {
        return endpoint
      }
      if isFirst, !dials[dial].others.hasFull { dials[dial].lastFailure = .allDrained }
    }
    // Of those whose name was not known in time, it may be known by now.
    guard dials[dial].attempts.count == 0, !dials[dial].others.unresolved.isEmpty else { return nil }
    let endpoint = dials[dial].others.unresolved[0]
    guard route.endpoints[Int(endpoint)].take(max: route.backend.endpoints[Int(endpoint)].sessionsMax) else {
      dials[dial].others.hasFull = true
      return nil
    }
    dials[dial].others.unresolved.removeFirst()
    return endpoint
  }

  /// The endpoint has not answered in time: the next one is tried in addition.
  @inlinable
  mutating func endpointIsSilent(_ dial: UInt32, at now: Instant, on transport: inout IO) {
    dials[dial].nextEndpointAt = .never
    // One that could not be tried, for lack of a descriptor, memory or a port, is not silent.
    guard dials[dial].shortSince == nil || dials[dial].hasAttempts(at: dials[dial].endpoint) else { return }
    endpointFailed(dial, nil, dials[dial].endpoint, at: now)
    if beginEndpoint(dial, on: &transport) {
      attempt(dial, on: &transport)
    } else if dials[dial].others.hasFull {
      dials[dial].nextEndpointAt = now + Limits.pauseInterval
    }
  }

  // MARK: Places

  /// Whether an endpoint has a place for a client that is about to be accepted.
  @inlinable
  func hasPlaces(_ plan: UInt32) -> Bool {
    guard backends[plans[plan].backend].hasLimits else { return true }
    return plans[plan].route.hasPlaces
  }

  /// A session has ended, or an attempt has not led to one.
  @inlinable
  mutating func giveBack(_ endpoint: UInt16, of plan: UInt32) {
    let route = plans[plan].route
    let account = route.endpoints[Int(endpoint)]
    let left = account.giveBack()
    hurryPorts(backends[plans[plan].backend].endpoints[Int(endpoint)])
    if left == 0, route.isDrained(Int(endpoint)) {
      record(.endpointEmpty(backend: account.backend, endpoint: account.name))
    }
  }

  /// Gives back all places of a dial but the one of the endpoint that has won.
  @inlinable
  mutating func giveBackPlaces(of dial: UInt32, but winner: UInt16?) {
    let plan = UInt32(sessions[dials[dial].session].plan)
    for endpoint in dials[dial].others.silent where endpoint != winner { giveBack(endpoint, of: plan) }
    let last = dials[dial].endpoint
    if last != Dial.noEndpoint, last != winner { giveBack(last, of: plan) }
  }

  /// An attempt at an endpoint that had not answered in time has failed: without another one, its place is given back.
  @inlinable
  mutating func leaveSilent(_ dial: UInt32, _ endpoint: UInt16) {
    guard !dials[dial].hasAttempts(at: endpoint),
      let index = dials[dial].others.silent.firstIndex(of: endpoint)
    else { return }
    dials[dial].others.silent.remove(at: index)
    giveBack(endpoint, of: UInt32(sessions[dials[dial].session].plan))
  }

  // MARK: How endpoints do

  /// An attempt at an endpoint has failed, or, without a failure, was not answered in time. Of several endpoints it is
  /// tried last for a while, and the record has the worst failure of all.
  @inlinable
  mutating func endpointFailed(_ dial: UInt32, _ failure: Failure?, _ endpoint: UInt16, at now: Instant) {
    let session = dials[dial].session
    let hasSeveral = backends[backendIndex(of: session)].hasSeveral
    if let failure, !hasSeveral || failure.dialRank >= dials[dial].lastFailure?.dialRank ?? 0 {
      dials[dial].lastFailure = failure
    }
    suspect(endpoint, of: session, because: failure ?? .timedOut)
    guard hasSeveral, failure?.isOfEndpoint ?? true else { return }
    let account = account(of: endpoint, for: session)
    guard account.noteFailure(failure.map { AttemptResult($0) } ?? .timedOut, at: now) else { return }
    record(.endpointTroubled(backend: account.backend, endpoint: account.name, failure ?? .timedOut))
  }

  /// The same for the endpoint that is tried.
  @inlinable
  mutating func endpointFailed(_ dial: UInt32, _ failure: Failure, at now: Instant) {
    endpointFailed(dial, failure, dials[dial].endpoint, at: now)
  }

  /// A connection to an endpoint is established.
  @inlinable
  mutating func endpointAnswered(_ dial: UInt32, _ endpoint: UInt16) {
    let session = dials[dial].session
    guard backends[backendIndex(of: session)].hasSeveral else { return }
    let account = account(of: endpoint, for: session)
    if account.noteSuccess() { record(.endpointRecovered(backend: account.backend, endpoint: account.name)) }
  }
}

extension Failure {
  /// Of several endpoints' failures, a session's record has the one with the highest number: that a server is silent
  /// says more than that another one refuses.
  @usableFromInline
  var dialRank: Int {
    switch self {
    case .allDrained: 0
    case .connectionRefused: 1
    case .timedOut: 3
    default: 2
    }
  }

  /// It says something of the endpoint, and not of this machine.
  @usableFromInline
  var isOfEndpoint: Bool {
    switch self {
    case .portsExhausted, .connectedToItself, .allDrained: false
    default: !isOwn && !isShortage
    }
  }
}
