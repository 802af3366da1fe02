// Taking part in a change of the configuration (RELOAD): new endpoints are bound, then listened at, then all of them
// are served by the new plans, and what the configuration has no more is closed without losing a client.
extension Proxy where IO: ~Copyable {
  /// Takes a step, and leaves the answer for `takeAnswers`.
  @inlinable
  mutating func take(_ step: ReloadStep, on transport: inout IO) {
    var failures: [ListenFailure] = []
    var isFull = false
    // A worker that stops has no listeners and gets none.
    if case .serving = stage, let next = shared.next {
      switch step {
      case .bind:
        isFull = plans.count + next.routes.count > Int(Self.plansMax)
        if !isFull { failures = bindNew(of: next, on: &transport) }
      case .listen: failures = listenNew(on: &transport)
      case .serve: serveNew(next, on: &transport)
      case .abandon: abandonNew(on: &transport)
      }
    }
    answers.append(.step(Reload.Answer(worker: worker, step: step, failures: failures, isFull: isFull)))
  }

  /// Binds the endpoints of a generation that no open listener has, and says which it cannot.
  @inlinable
  mutating func bindNew(of generation: Generation, on transport: inout IO) -> [ListenFailure] {
    var failures: [ListenFailure] = []
    // lookup only: the listeners that there are.
    let held = heldPlaces
    // lookup only: those of them that are about to go.
    var leaving: [ListeningPlace: UInt32] = [:]
    for index in going { leaving[listeners[index].place] = index }
    for route in generation.routes {
      let listener = route.listener
      var plan: UInt32?
      for endpoint in listener.endpoints {
        let place = ListeningPlace(endpoint, of: listener)
        // It is wanted again, so it waits for the last step.
        if let index = leaving[place] { listeners[index].stage = .going(until: .never) }
        guard !held.contains(place) else { continue }
        let ofListener = plan ?? makePlan(for: route)
        if plan == nil { join(ofListener) }
        plan = ofListener
        guard let failure = bind(endpoint, of: ofListener, on: &transport) else { continue }
        let anyV4 = Endpoint(.anyV4, endpoint.port)
        // All addresses of a machine without IPv6 are those of IPv4.
        let isReplaced = listener.isEverywhere && failure.lacksFamily
        guard !isReplaced || !held.contains(ListeningPlace(anyV4, of: listener)) else { continue }
        failures.append(failure)
        guard isReplaced else { continue }
        if let other = bind(anyV4, of: ofListener, on: &transport) { failures.append(other) }
      }
      if let plan { leave(plan) }
    }
    return failures
  }

  /// Binds one endpoint; what went wrong otherwise.
  @inlinable
  mutating func bind(_ endpoint: Endpoint, of plan: UInt32, on transport: inout IO) -> ListenFailure? {
    let listener = plans[plan].route.listener
    let place = ListeningPlace(endpoint, of: listener)
    var options = ListenOptions(listener)
    // Porxy's own sockets are no reason to fail.
    options.isAgain = shared.places.overlap(place)
    do throws(TransportError) {
      let id = try transport.bind(to: endpoint, options)
      shared.places.enter(place)
      places[id] = listeners.insert(OpenListener(id: id, at: place, plan: plan))
      join(plan)
      return nil
    } catch {
      return ListenFailure(listener: listener.name, endpoint: endpoint, error: error)
    }
  }

  /// Listens at what was bound, and says where it cannot.
  @inlinable
  mutating func listenNew(on transport: inout IO) -> [ListenFailure] {
    var failures: [ListenFailure] = []
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage == .coming {
      guard !mustNotListen(index) else {
        listeners[index].isStopped = true
        transport.stopListening(listeners[index].id)
        continue
      }
      do throws(TransportError) {
        try transport.startListening(listeners[index].id)
      } catch {
        let name = route(of: index).listener.name
        failures.append(ListenFailure(listener: name, endpoint: listeners[index].endpoint, error: error))
      }
    }
    return failures
  }

  /// Closes what was bound, and lets go what was kept for the change.
  @inlinable
  mutating func abandonNew(on transport: inout IO) {
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage == .coming {
      close(listener: index, on: &transport)
    }
    for index in going where listeners[index].stage == .going(until: .never) {
      listeners[index].stage = .going(until: transport.now)
    }
  }

  /// From now on new sessions are served by another generation of the configuration. What has begun goes on by the plan
  /// that it has; listeners that the new generation has not are closed once nobody waits there.
  @inlinable
  mutating func serveNew(_ generation: Generation, on transport: inout IO) {
    log = generation.configuration.log
    setRecordLevel()
    isObserved = generation.configuration.admin != nil
    self.generation = generation
    // lookup only: the listeners that there are.
    let held = heldPlaces
    // lookup only: by where they listen.
    var routes: [ListeningPlace: Route] = [:]
    // lookup only: the new plans, by the listener's name.
    var plansByName: [String: UInt32] = [:]
    for route in generation.routes {
      for endpoint in route.listener.endpoints { routes[ListeningPlace(endpoint, of: route.listener)] = route }
      guard route.listener.isEverywhere else { continue }
      // Where the machine has no IPv6.
      for endpoint in route.listener.endpoints where !held.contains(ListeningPlace(endpoint, of: route.listener)) {
        let anyV4 = ListeningPlace(Endpoint(.anyV4, endpoint.port), of: route.listener)
        if routes[anyV4] == nil { routes[anyV4] = route }
      }
    }
    var changed: [UInt32] = []
    for index in 0..<listeners.extent where listeners.contains(index) {
      guard let route = routes[listeners[index].place] else {
        beginGoing(index, on: &transport)
        continue
      }
      if case .going = listeners[index].stage { stay(index, on: &transport) }
      let old = listeners[index].plan
      // A plan whose sessions drain is not that of a listener that has come back.
      let isKept = plans[old].route.isSame(as: route) && plans[old].drainsSince == nil
      if isKept, plansByName[route.listener.name] == nil {
        plansByName[route.listener.name] = old
        join(old)
      } else {
        changed.append(index)
      }
    }
    for index in changed { change(index, to: routes[listeners[index].place]!, &plansByName, on: &transport) }
    openNew()
    gatherMirrors(on: &transport)
    forgetHeld(but: Set(generation.routes.map(\.listener.name)), at: transport.now)
    // lookup only: held so that none was dropped in between.
    for plan in plansByName.values { leave(plan) }
    endSessionsOfRemoved(on: &transport)
    arrangeChecks(of: generation, on: &transport)
  }

  /// Begins to accept where it was only listened so far.
  @inlinable
  mutating func openNew() {
    // lookup only: listeners and addresses that are told of.
    var told: Set<[String]> = []
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage == .coming {
      listeners[index].stage = .open
      // Clients that came while it was not served yet.
      if listeners[index].hasClients { attended.append(index) }
      guard !listeners[index].isStopped else { continue }
      let (listener, address) = (route(of: index).listener, listeners[index].endpoint.address)
      guard told.insert([listener.name, "\(address)"]).inserted else { continue }
      let (first, last) = (listener.ports.lowerBound, listener.ports.upperBound)
      record(.listening(listener: listener.name, on: Endpoint(address, first), upTo: first == last ? nil : last))
    }
  }

  /// Gives a listener another plan. Where accepted sockets get other options, clients that wait already are accepted
  /// first: their sockets have the old ones, and they the old plan.
  @inlinable
  mutating func change(
    _ index: UInt32, to route: Route, _ plansByName: inout [String: UInt32],  // lookup only: by the listener's name
    on transport: inout IO
  ) {
    let old = listeners[index].plan
    let options = ListenOptions(route.listener).socket
    if listeners[index].stage == .open, options != ListenOptions(plans[old].route.listener).socket {
      if !listeners[index].isLost { acceptAll(index, on: &transport) }
      // Which may find that it is lost.
      if !listeners[index].isLost { transport.setOptions(options, of: listeners[index].id) }
    }
    let new = plansByName[route.listener.name] ?? makePlan(for: route)
    if plansByName[route.listener.name] == nil { join(new) }
    plansByName[route.listener.name] = new
    join(new)
    countPaused(index, at: transport.now)
    changeMirror(index, to: route, on: &transport)
    listeners[index].plan = new
    leave(old)
  }

  /// The new configuration does not have this listener: it serves the clients that have connected by the old plan, and
  /// is closed then.
  @inlinable
  mutating func beginGoing(_ index: UInt32, on transport: inout IO) {
    if case .going = listeners[index].stage { return }
    if listeners[index].isLost || listeners[index].isStopped {
      record(.listenerClosed(listener: route(of: index).listener.name, on: listeners[index].endpoint))
      return close(listener: index, on: &transport)
    }
    transport.setDeaf(true, listeners[index].id)
    listeners[index].stage = .going(until: transport.now + Limits.closingGrace)
    going.append(index)
  }

  /// The new configuration has a listener that was about to be closed.
  @inlinable
  mutating func stay(_ index: UInt32, on transport: inout IO) {
    going.removeAll { $0 == index }
    listeners[index].stage = .open
    if listeners[index].isLost {
      waitToReopen(index)
    } else {
      transport.setDeaf(false, listeners[index].id)
    }
  }

  /// Closes listeners whose time has come and at which no client waits any more.
  @inlinable
  mutating func closeGoing(at now: Instant, on transport: inout IO) {
    var closed: [ClosedListener] = []
    for index in going {
      guard case .going(let end) = listeners[index].stage, now >= end else { continue }
      if !listeners[index].isLost { acceptAll(index, on: &transport) }
      guard listeners[index].hasClients, !listeners[index].isLost, transport.hasClients(listeners[index].id) else {
        closed.append(ClosedListener(name: route(of: index).listener.name, endpoint: listeners[index].endpoint))
        close(listener: index, on: &transport)
        continue
      }
      // There is no room for the clients that wait, and they go on waiting.
      listeners[index].stage = .going(until: listeners[index].pausedUntil ?? now)
    }
    going.removeAll { !listeners.contains($0) }
    for (first, last) in ClosedListener.ranges(of: closed) {
      record(.listenerClosed(listener: first.name, on: first.endpoint, upTo: last == first.endpoint.port ? nil : last))
    }
  }

  /// Lets go of a listener; that it is closed is for the caller to tell.
  @inlinable
  mutating func close(listener index: UInt32, on transport: inout IO) {
    if listeners[index].hasClients { neglect(index) }
    tellResumed(index, at: transport.now)
    remove(listener: index, on: &transport)
  }

  /// Where the listeners are, those that come and go among them.
  @inlinable
  var heldPlaces: Set<ListeningPlace> {  // lookup only: by place
    var held: Set<ListeningPlace> = []  // lookup only: by place
    for index in 0..<listeners.extent where listeners.contains(index) { held.insert(listeners[index].place) }
    return held
  }

  /// Sessions of listeners that are gone stay, or end as their listener's `when_removed` says.
  @inlinable
  mutating func endSessionsOfRemoved(on transport: inout IO) {
    // lookup only: the names there are.
    let names = Set(generation.routes.map(\.listener.name))
    // lookup only: plans whose sessions are to end.
    var removed: Set<UInt32> = []
    for plan in 0..<plans.extent where plans.contains(plan) && plans[plan].drainsSince == nil {
      let listener = plans[plan].route.listener
      guard listener.whenRemoved != .keep, !names.contains(listener.name) else { continue }
      plans[plan].drainsSince = transport.now
      removed.insert(plan)
    }
    guard !removed.isEmpty else { return }
    for index in 0..<sessions.extent where sessions.contains(index) && removed.contains(UInt32(sessions[index].plan)) {
      arm(index, at: transport.now)
    }
  }
}

/// A listening endpoint that a reload has removed and whose socket is closed.
@usableFromInline
struct ClosedListener {
  @usableFromInline let name: String
  @usableFromInline let endpoint: Endpoint

  @usableFromInline
  init(name: String, endpoint: Endpoint) {
    self.name = name
    self.endpoint = endpoint
  }

  /// Ports of one listener and address that follow one another, each range by its first endpoint and its last port: a
  /// range of thousands is one line of the log.
  @usableFromInline
  static func ranges(of closed: [ClosedListener]) -> [(first: ClosedListener, last: UInt16)] {
    var ranges: [(first: ClosedListener, last: UInt16)] = []
    for one in closed.sorted(by: { $0.rank < $1.rank }) {
      if let (first, last) = ranges.last, first.name == one.name, first.endpoint.address == one.endpoint.address,
        Int(one.endpoint.port) == Int(last) + 1
      {
        ranges[ranges.count - 1].last = one.endpoint.port
      } else {
        ranges.append((one, one.endpoint.port))
      }
    }
    return ranges
  }

  private var rank: (String, UInt64, UInt64, UInt32, UInt16) {
    let address = endpoint.address
    return (name, address.high, address.low, address.scope, endpoint.port)
  }
}
