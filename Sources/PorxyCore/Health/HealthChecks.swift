/// The active checks of a process: its first worker has them, and no other.
@usableFromInline
struct HealthChecks: ~Copyable {
  @usableFromInline var endpoints = Slab<CheckedEndpoint>()
  /// One timer an endpoint, by its place.
  @usableFromInline var timers = TimerWheel()
  @usableFromInline var lanes = CheckLanes()
  // lookup only: places in `endpoints`, by the lookup of a name that is under way.
  @usableFromInline var resolutions: [ResolutionID: UInt32] = [:]
  /// Those that have a place in their lane and begin in this turn.
  @usableFromInline var startable: [UInt32] = []
  /// An attempt of a session has failed since the last turn.
  @usableFromInline var areHurried = false

  @usableFromInline
  init() {}

  @usableFromInline
  var isEmpty: Bool { endpoints.count == 0 }

  @usableFromInline
  var nextDeadline: Instant { startable.isEmpty ? timers.nextDeadline : Instant(nanoseconds: 0) }
}

// Which endpoints are looked at: those of the configuration, from one to the next.
extension Proxy where IO: ~Copyable {
  /// Looks at the endpoints of another configuration from now on. What is known of those that are the same stays, and
  /// so does a check of theirs that is open; all others are unknown.
  @usableFromInline
  mutating func arrangeChecks(of generation: Generation, on transport: inout IO) {
    guard worker == 0, !checks.isEmpty || generation.configuration.hasChecks else { return }
    // lookup only: places by the names of backend and endpoint.
    var known: [[String]: UInt32] = [:]
    for index in 0..<checks.endpoints.extent where isChecked(index) {
      known[[checks.endpoints[index].target.backend, checks.endpoints[index].target.endpoint]] = index
    }
    // lookup only: by name.
    var backends: Set<String> = []
    var (kept, added): ([UInt32: Int], [(route: Route, place: Int, lane: Int)]) = ([:], [])  // lookup only: lanes
    for route in generation.routes where route.backend.health != nil {
      guard backends.insert(route.backend.name).inserted else { continue }
      for (place, endpoint) in route.backend.endpoints.enumerated() {
        guard let target = CheckedEndpoint.Target(endpoint, of: route.backend) else { continue }
        if let index = known[[target.backend, target.endpoint]], checks.endpoints[index].target == target {
          kept[index] = backends.count - 1
          checks.endpoints[index].adopt(endpoint, of: route.backend)
        } else {
          added.append((route, place, backends.count - 1))
        }
      }
    }
    let waiting = checks.lanes.waiting.filter { kept[$0] != nil }
    for index in 0..<checks.endpoints.extent where isChecked(index) && kept[index] == nil {
      dismiss(index, on: &transport)
    }
    checks.lanes = CheckLanes(backends: backends.count)
    for index in 0..<checks.endpoints.extent where checks.endpoints.contains(index) {
      checks.endpoints[index].lane = checks.lanes.lane(ofBackend: kept[index] ?? 0)
      switch checks.endpoints[index].phase {
      case .resting: break
      case .waiting: if checks.startable.contains(index) { checks.lanes.adopt(checks.endpoints[index].lane) }
      case .resolving, .connecting, .talking, .closing: checks.lanes.adopt(checks.endpoints[index].lane)
      }
    }
    for index in waiting where !checks.startable.contains(index) { enter(index) }
    for (route, place, lane) in added { add(route, place, lane: lane, at: transport.now) }
  }

  /// Whether a place has an endpoint that the configuration has.
  @inlinable
  func isChecked(_ index: UInt32) -> Bool { checks.endpoints.contains(index) && !checks.endpoints[index].isGone }

  private mutating func add(_ route: Route, _ place: Int, lane: Int, at now: Instant) {
    let account = route.endpoints[place]
    guard let target = CheckedEndpoint.Target(route.backend.endpoints[place], of: route.backend) else { return }
    var endpoint = CheckedEndpoint(
      target, route.backend.endpoints[place], of: route.backend, account, shared.names,
      meter: meters.place(ofEndpoint: target.endpoint, of: target.backend), seed: shared.seed, at: now)
    endpoint.lane = lane
    checks.timers.set(checks.endpoints.insert(endpoint), at: endpoint.dueAt)
  }

  /// The configuration has this endpoint no more. A connection that is established ends in order.
  private mutating func dismiss(_ index: UInt32, on transport: inout IO) {
    checks.endpoints[index].account.note(.unknown)
    meters.counted.endpoints[Int(checks.endpoints[index].meter)].isHealthy = nil
    checks.endpoints[index].isGone = true
    if let resolution = checks.endpoints[index].resolution { checks.resolutions[resolution] = nil }
    switch checks.endpoints[index].phase {
    case .closing: break
    case .talking: beginClosing(index, on: &transport)
    case .resting, .waiting, .resolving, .connecting: remove(checked: index, on: &transport)
    }
  }

  /// Forgets an endpoint, at once.
  @inlinable
  mutating func remove(checked index: UInt32, on transport: inout IO) {
    letGo(index, .orderly, on: &transport)
    checks.timers.cancel(index)
    checks.startable.removeAll { $0 == index }
    checks.endpoints.remove(index)
  }

  /// Looks at nothing any more: porxy stops. What is known of the endpoints stays as it is.
  @inlinable
  mutating func endChecks(on transport: inout IO) {
    for index in 0..<checks.endpoints.extent where checks.endpoints.contains(index) {
      meters.counted.endpoints[Int(checks.endpoints[index].meter)].isHealthy = nil
      // What a kernel finds unread when a socket is closed makes it reset the server.
      if checks.endpoints[index].phase == .talking || checks.endpoints[index].phase == .closing {
        checks.endpoints[index].phase = .closing
        discardConduit(ofCheck: index, on: &transport)
        _ = readToEnd(index, on: &transport)
      }
      remove(checked: index, on: &transport)
    }
    checks.lanes = CheckLanes()
    checks.resolutions = [:]
  }
}

// What has happened to sessions and to endpoints, for those who look.
extension Proxy where IO: ~Copyable {
  /// An attempt of a session at an endpoint has failed: active checks look at it at once, once a second at most.
  @inlinable
  mutating func suspect(_ endpoint: UInt16, of session: UInt32, because failure: Failure) {
    let route = plans[UInt32(sessions[session].plan)].route
    guard route.backend.health != nil, endpoint != Dial.noEndpoint, case .failed = CheckOutcome(failure),
      route.endpoints[Int(endpoint)].suspect()
    else { return }
    if worker == 0 { checks.areHurried = true } else { ring() }
  }

  /// Has checks that attempts of sessions ask for begin soon.
  @inlinable
  mutating func hurryChecks(at now: Instant) {
    checks.areHurried = false
    for index in 0..<checks.endpoints.extent where isChecked(index) && checks.endpoints[index].phase == .resting {
      if checks.endpoints[index].account.isSuspected { rest(index, at: now) }
    }
  }

  /// Sets the timer for the next check.
  @inlinable
  mutating func rest(_ index: UInt32, at now: Instant) {
    var next = checks.endpoints[index].dueAt
    if checks.endpoints[index].account.isSuspected {
      next = min(next, checks.endpoints[index].begunAt + Limits.suspicionInterval)
    }
    checks.endpoints[index].phase = .resting
    checks.timers.set(index, at: max(next, now))
  }

  /// Ends the sessions of endpoints that active checks have called down since (`on_down: reset`).
  @inlinable
  mutating func endSessionsOfDown(on transport: inout IO) {
    var latest = Instant(nanoseconds: 0)
    for plan in 0..<plans.extent where plans.contains(plan) && plans[plan].route.backend.onDown == .reset {
      for account in plans[plan].route.endpoints { latest = max(latest, account.downAt) }
    }
    guard latest > downUpTo else { return }
    downUpTo = latest
    for index in 0..<sessions.extent where sessions.contains(index) && sessions[index].isConnected {
      let route = plans[UInt32(sessions[index].plan)].route
      // Those that connected to it since are all that can be had.
      let account = account(of: sessions[index].endpoint, for: index)
      guard route.backend.onDown == .reset, sessions[index].connectedAt <= account.downAt else { continue }
      end(index, by: .porxy, .down, failure: nil, on: &transport)
    }
  }
}

// For judges of the simulation.
extension Proxy where IO: ~Copyable {
  /// Whether a socket is that of an active check.
  package func isChecking(_ socket: SocketID) -> Bool { owner(of: socket)?.role == .check }

  /// Where the active checks that have a connection come from.
  package mutating func checkEndpoints(on transport: inout IO) -> [Endpoint] {
    var endpoints: [Endpoint] = []
    for index in 0..<checks.endpoints.extent where checks.endpoints.contains(index) {
      let socket = checks.endpoints[index].socket
      if socket != .none, let local = transport.localEndpoint(of: socket) { endpoints.append(local) }
    }
    return endpoints
  }

  /// Active checks that are under way.
  package var checkCount: Int { checks.lanes.open }
}

extension Route {
  /// Active checks call all endpoints of the backend down. False where one of them was not looked at yet.
  public var isDown: Bool { backend.health != nil && endpoints.allSatisfy { $0.health == .down } }
}

extension Configuration {
  /// Whether some endpoint is looked at.
  var hasChecks: Bool { backends.contains { $0.health != nil } }

  /// Sockets that active checks may have open at a time, and what the kernel is asked with.
  public var checkDescriptors: Int {
    let checked = backends.filter { $0.health != nil }
    let asks = checked.contains { $0.health?.check == .listening }
    let connecting = checked.filter { $0.health?.check != .listening }.reduce(0) { $0 + $1.endpoints.count }
    return min(connecting, Limits.checksMax) + (asks ? 1 : 0)
  }
}
