/// A connection that is made only to see whether a backend accepts: it carries nothing but a header where the backend
/// expects one, and is no session.
@usableFromInline
struct Look {
  /// Of the listener that is closed.
  @usableFromInline let account: ListenerAccount
  @usableFromInline let endpoint: Endpoint
  @usableFromInline let socket: SocketID
  /// When it is given up.
  @usableFromInline let end: Instant
  /// It has one of the places that attempts have in common.
  @usableFromInline let hasPlace: Bool
  /// The backend has accepted; its own end is waited for.
  @usableFromInline var isConnected = false
  /// What it begins with; nil: nothing is to be sent any more.
  @usableFromInline var proxyProtocol: ProxyProtocolVersion?
  /// What the socket has not taken yet of that.
  @usableFromInline var unsent: Conduit?
  /// Its own end is sent.
  @usableFromInline var hasFinished = false
  @usableFromInline var share = ReadShare()

  @usableFromInline
  init(_ account: ListenerAccount, at endpoint: Endpoint, _ socket: SocketID, until end: Instant, hasPlace: Bool) {
    self.account = account
    self.endpoint = endpoint
    self.socket = socket
    self.end = end
    self.hasPlace = hasPlace
  }
}

// Looks at backends that refuse: a connection every half second, by whichever worker comes first. So they go on where
// one worker stands still, and no configuration decides who has to make them.
extension Proxy where IO: ~Copyable {
  /// Looks whether a backend accepts again, at each of its addresses at which no look is still under way.
  ///
  /// Whoever knows of backends in another way opens their mirrors without it.
  @inlinable
  mutating func mirrorProbe(_ plan: UInt32, on transport: inout IO) {
    let candidates = candidates(of: plan, on: &transport)
    guard !candidates.isEmpty else { return }
    // Of more than may be looked at together, others are first each time.
    let first = Int(transport.now.nanoseconds / Limits.lookInterval.nanoseconds % UInt64(candidates.count))
    for place in candidates.indices {
      look(at: candidates[(first + place) % candidates.count], of: plan, on: &transport)
    }
  }

  /// Where a listener's clients may be passed to, as far as it is known now; a lookup may be on its way then.
  @inlinable
  mutating func candidates(of plan: UInt32, on transport: inout IO) -> [Endpoint] {
    let (route, backend) = (plans[plan].route, plans[plan].backend)
    var candidates: [Endpoint] = []
    for (place, endpoint) in backends[backend].endpoints.enumerated() {
      // One that gets no session is no reason to listen.
      guard !route.isDrained(place) else { continue }
      guard let port = endpoints[endpoint].endpoint.port ?? route.listener.endpoints.first?.port else { continue }
      refresh(endpoint)
      let (isKnown, isFresh) = endpoints[endpoint].use(at: transport.now)
      if !isFresh, let name = endpoints[endpoint].name, !isKnown || name.mayRenew(transport.now) {
        lookUp(endpoint, name, on: &transport)
      }
      if isKnown { candidates += endpoints[endpoint].answer.addresses.map { Endpoint($0, port) } }
    }
    return candidates
  }

  /// Begins a look at one address. It takes of what attempts have in common, as a dial's further ones do; a worker's
  /// only look needs none of it.
  @inlinable
  mutating func look(at endpoint: Endpoint, of plan: UInt32, on transport: inout IO) {
    let account = plans[plan].route.account
    var open = 0
    for index in 0..<looks.extent where looks.contains(index) && looks[index].account === account {
      // One that only waits for the backend's end is no reason not to look again.
      if looks[index].endpoint == endpoint, !looks[index].isConnected { return }
      open += 1
    }
    guard open < Limits.attemptsMax else { return }
    let hasPlace = shared.admission.takeAttempt(worker)
    guard hasPlace || looks.count == 0 else { return }
    do throws(TransportError) {
      let socket = try transport.connect(to: endpoint, backends[plans[plan].backend].socket, for: .none)
      let end = transport.now + Limits.lookPatience
      let index = looks.insert(Look(account, at: endpoint, socket, until: end, hasPlace: hasPlace))
      looks[index].proxyProtocol = backends[plans[plan].backend].backend.proxyProtocol
      setOwner(of: socket, to: index, as: .look)
    } catch {
      // A refusal, or a shortage, which passes: there is another look soon.
      if hasPlace { shared.admission.giveBackAttempts(1, worker) }
    }
  }

  @inlinable
  mutating func lookConnected(_ index: UInt32, on transport: inout IO) {
    looks[index].isConnected = true
    openMirror(looks[index].account, at: transport.now)
    leave(index, on: &transport)
  }

  /// The backend accepts. It gets its header and an end, and its own end is waited for, so that it sees no reset.
  @inlinable
  mutating func leave(_ index: UInt32, on transport: inout IO) {
    guard looks[index].isConnected else { return }
    if !looks[index].hasFinished {
      guard sendHeader(ofLook: index, on: &transport) else { return }
      looks[index].hasFinished = true
      transport.finishSending(on: looks[index].socket)
    }
    readLook(index, on: &transport)
  }

  /// Sends the header, or what is left of it; true once nothing is. Without memory for it the look ends without one.
  @inlinable
  mutating func sendHeader(ofLook index: UInt32, on transport: inout IO) -> Bool {
    guard let version = looks[index].proxyProtocol,
      var unsent = looks[index].unsent ?? transport.borrowConduit(.buffer)
    else { return true }
    if looks[index].unsent == nil {
      let header = ownHeader(version, on: looks[index].socket, to: looks[index].endpoint, &transport)
      let isFilled = transport.fill(&unsent, with: header.span)
      invariant(isFilled, "an empty buffer has room for a header")
    }
    let transfer = transport.pushAll(from: &unsent, to: looks[index].socket)
    looks[index].unsent = unsent
    switch transfer {
    case .blocked, .ended: return false
    case .moved, .failed:
      dropUnsent(of: index, on: &transport)
      return true
    }
  }

  @inlinable
  mutating func dropUnsent(of index: UInt32, on transport: inout IO) {
    if let unsent = looks[index].unsent { transport.discardConduit(unsent) }
    looks[index].unsent = nil
    looks[index].proxyProtocol = nil
  }

  /// Takes what the backend says, for nobody, until it ends.
  @inlinable
  mutating func readLook(_ index: UInt32, on transport: inout IO) {
    var share = looks[index].share
    let isOver = readAway(looks[index].socket, &share, atMost: .max, on: &transport).isOver
    looks[index].share = share
    if isOver { endLook(index, on: &transport) }
  }

  /// Closes a look in order. Where the backend has not accepted yet, nothing is sent for that (R23).
  @inlinable
  mutating func endLook(_ index: UInt32, on transport: inout IO) {
    dropUnsent(of: index, on: &transport)
    let look = looks[index]
    clearOwner(of: look.socket)
    transport.close(look.socket, .orderly)
    if look.hasPlace { shared.admission.giveBackAttempts(1, worker) }
    looks.remove(index)
  }

  /// The sockets of looks that are under way.
  @inlinable package var openLooks: [SocketID] {
    var sockets: [SocketID] = []
    guard looks.count > 0 else { return sockets }
    for index in 0..<looks.extent where looks.contains(index) { sockets.append(looks[index].socket) }
    return sockets
  }

  /// Ends looks whose time is up.
  @inlinable
  mutating func endLooks(on transport: inout IO) {
    guard looks.count > 0 else { return }
    for index in 0..<looks.extent where looks.contains(index) && caughtUpTo >= looks[index].end {
      endLook(index, on: &transport)
    }
  }

  /// Ends looks at the backend of a listener that have no outcome yet.
  @inlinable
  mutating func giveUpLooks(of account: ListenerAccount, on transport: inout IO) {
    guard looks.count > 0 else { return }
    for index in 0..<looks.extent where looks.contains(index) {
      if looks[index].account === account, !looks[index].isConnected { endLook(index, on: &transport) }
    }
  }

  /// Porxy stops: nothing is looked at any more.
  @inlinable
  mutating func forgetMirrors(on transport: inout IO) {
    mirrors.removeAll()
    mirrorsDueAt = .never
    for index in 0..<looks.extent where looks.contains(index) { endLook(index, on: &transport) }
  }
}
