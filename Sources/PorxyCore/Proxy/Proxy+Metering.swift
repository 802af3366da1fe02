// What the worker counts while it serves. All of it is plain numbers of this worker; on the way of bytes it takes two
// additions.
extension Proxy where IO: ~Copyable {
  /// The counters as they are now.
  @inlinable
  public mutating func readMeters(on transport: inout IO) -> WorkerMeters {
    let now = transport.now
    for index in 0..<listeners.extent where listeners.contains(index) { countPaused(index, at: now) }
    for backend in 0..<backends.extent where backends.contains(backend) { noteAnswerAges(of: backend, at: now) }
    noteHealth()
    var copy = meters.copy()
    copy.listeners = listenerStates(on: &transport)
    return copy
  }

  /// How things are with the listeners of the configuration.
  @inlinable
  func listenerStates(on transport: inout IO) -> [ListenerState] {
    var states: [ListenerState] = []
    // lookup only: places in `states` by name.
    var places: [String: Int] = [:]
    for route in generation.routes {
      places[route.listener.name] = states.count
      states.append(ListenerState(name: route.listener.name))
    }
    for index in 0..<listeners.extent where listeners.contains(index) && listeners[index].stage == .open {
      guard let place = places[plans[listeners[index].plan].route.listener.name] else { continue }
      states[place].sockets += 1
      if listeners[index].pausedSince != nil {
        states[place].paused += 1
        states[place].cause = listeners[index].pauseCause
      }
      guard !listeners[index].isStopped else {
        states[place].closed += 1
        continue
      }
      guard !listeners[index].isLost else { continue }
      states[place].listening += 1
      guard listeners.count <= ListenerState.asksMax, let queue = transport.acceptQueue(of: listeners[index].id) else {
        continue
      }
      states[place].add(queue)
    }
    return states
  }

  @inlinable
  mutating func noteAnswerAges(of backend: UInt32, at now: Instant) {
    // An earlier generation's settings of the same name do not count any more.
    guard backendPlaces[backends[backend].backend.name] == backend else { return }
    for endpoint in backends[backend].endpoints where endpoints[endpoint].name != nil {
      refresh(endpoint)
      let answer = endpoints[endpoint].answer
      meters.counted.endpoints[Int(endpoints[endpoint].meter)].answerAge =
        answer.addresses.isEmpty ? nil : now.since(answer.learnedAt)
    }
  }

  /// What checks make of the endpoints that they look at.
  @inlinable
  mutating func noteHealth() {
    for index in 0..<checks.endpoints.extent where isChecked(index) {
      let isHealthy = checks.endpoints[index].account.health != .down
      meters.counted.endpoints[Int(checks.endpoints[index].meter)].isHealthy = isHealthy
    }
  }

  // MARK: Sessions

  /// A client was taken, and its session begins.
  @inlinable
  mutating func countAccepted(_ plan: UInt32) {
    let meter = Int(plans[plan].meter)
    meters.counted.routes[meter].accepted &+= 1
    meters.counted.routes[meter].sessions &+= 1
  }

  /// Kernels of the session's sides took bytes.
  @inlinable
  mutating func countMove(_ pumped: Pumped, of index: UInt32) {
    let meter = Int(plans[UInt32(sessions[index].plan)].meter)
    meters.counted.routes[meter].relayed.toBackend &+= pumped.toBackend
    meters.counted.routes[meter].relayed.toClient &+= pumped.toClient
  }

  /// A session is over.
  @inlinable
  mutating func countEnd(of index: UInt32, _ outcome: SessionOutcome, _ tallies: Tallies, at now: Instant) {
    let meter = Int(plans[UInt32(sessions[index].plan)].meter)
    let duration = now.since(sessions[index].acceptedAt)
    meters.counted.routes[meter].sessions &-= 1
    meters.counted.routes[meter].noteEnd(outcome.manner, by: outcome.party)
    meters.counted.routes[meter].durations.note(duration, on: .sessions)
    meters.counted.routes[meter].undelivered.toBackend &+= tallies.toBackend.undelivered
    meters.counted.routes[meter].undelivered.toClient &+= tallies.toClient.undelivered
  }

  // MARK: Backends

  /// An attempt to connect to an endpoint of a backend came to this.
  @inlinable
  mutating func countAttempts(_ result: AttemptResult, to backend: UInt32, _ endpoint: UInt16) {
    let meter = endpoints[backends[backend].endpoints[Int(endpoint)]].meter
    meters.counted.endpoints[Int(meter)].note(result)
  }

  /// A dial that began then has connected to its backend by this attempt.
  @inlinable
  mutating func countConnected(
    to backend: UInt32, _ attempt: Attempts.Attempt, since begun: Instant, at now: Instant
  ) {
    countAttempts(.connected, to: backend, attempt.endpoint)
    let endpoint = endpoints[backends[backend].endpoints[Int(attempt.endpoint)]].meter
    meters.counted.endpoints[Int(endpoint)].connects.note(now.since(attempt.begunAt), on: .connects)
    meters.counted.backends[Int(backends[backend].meter)].connects.note(now.since(begun), on: .connects)
  }

  @inlinable
  mutating func countResolution(_ result: ResolutionResult, of endpoint: UInt32) {
    meters.counted.endpoints[Int(endpoints[endpoint].meter)].note(result)
  }

  // MARK: Pauses

  /// A listener is left waiting, perhaps for another reason than before.
  @inlinable
  mutating func countPause(_ index: UInt32, _ reason: PauseReason, at now: Instant) {
    let cause = PauseCause(reason)
    guard listeners[index].pausedSince == nil || listeners[index].pauseCause != cause else { return }
    countPaused(index, at: now)
    listeners[index].pausedSince = now
    listeners[index].pauseCause = cause
    meters.counted.routes[Int(plans[listeners[index].plan].meter)].notePause(cause)
  }

  /// Adds the time that a pause has taken so far.
  @inlinable
  mutating func countPaused(_ index: UInt32, at now: Instant) {
    guard let since = listeners[index].pausedSince else { return }
    listeners[index].pausedSince = now
    let meter = Int(plans[listeners[index].plan].meter)
    meters.counted.routes[meter].notePaused(now.since(since), listeners[index].pauseCause)
  }

  /// A listener accepts again, or is gone.
  @inlinable
  mutating func countPauseEnd(_ index: UInt32, at now: Instant) {
    guard listeners[index].pausedSince != nil else { return }
    countPaused(index, at: now)
    listeners[index].pausedSince = nil
  }
}
