// One active check, from its beginning to its end: a name, a connection, an answer, and an end that the server sees as
// one in order.
extension Proxy where IO: ~Copyable {
  /// Has a check begin, now or once its lane has a place.
  @inlinable
  mutating func enter(_ index: UInt32) {
    checks.endpoints[index].phase = .waiting
    if checks.lanes.enter(checks.endpoints[index].lane, index) { checks.startable.append(index) }
  }

  /// Does what the time has left to do for checks.
  @inlinable
  mutating func advanceChecks(on transport: inout IO) {
    if checks.areHurried { hurryChecks(at: transport.now) }
    // bound: the timers that are due; none is set for now or earlier
    while let index = checks.timers.expire(at: caughtUpTo) { checkTimerFired(index, on: &transport) }
    if !checks.startable.isEmpty { startChecks(on: &transport) }
  }

  /// Begins the checks that may begin. What ends at once lets others begin.
  @inlinable
  mutating func startChecks(on transport: inout IO) {
    var place = 0
    while place < checks.startable.count {  // bound: each begins once
      begin(check: checks.startable[place], on: &transport)
      place += 1
    }
    checks.startable.removeAll(keepingCapacity: true)
  }

  @inlinable
  mutating func begin(check index: UInt32, on transport: inout IO) {
    let now = transport.now
    checks.endpoints[index].begin(at: now)
    checks.endpoints[index].account.forgetSuspicion()
    guard let name = checks.endpoints[index].name else {
      if case .address(let address) = checks.endpoints[index].target.host {
        checks.endpoints[index].addresses = [address]
      }
      return look(checked: index, on: &transport)
    }
    // As sessions do: an answer that is known serves, and is renewed beside.
    let isKnown = useAnswer(of: name, index, at: now)
    let isFresh = isKnown && !name.mayRenew(now)
    if !isFresh, checks.endpoints[index].resolution == nil {
      let resolution = transport.resolve(name.name)
      checks.endpoints[index].resolution = resolution
      checks.resolutions[resolution] = index
    }
    if isKnown { return look(checked: index, on: &transport) }
    checks.endpoints[index].phase = .resolving
    checks.timers.set(index, at: checks.endpoints[index].deadline)
  }

  /// Takes the addresses that are known of a name; false where there are none.
  @inlinable
  mutating func useAnswer(of name: NameStore.Entry, _ index: UInt32, at now: Instant) -> Bool {
    guard let answer = name.answer(otherThan: 0), answer.serves(at: now, keptFor: checks.endpoints[index].keep)
    else { return false }
    checks.endpoints[index].addresses = Array(answer.addresses.prefix(Limits.checkAddressesMax))
    checks.endpoints[index].hasMetOther = answer.addresses.count > Limits.checkAddressesMax
    return true
  }

  /// Takes the answer to a check's lookup; false if no check has asked.
  @inlinable
  mutating func checkResolved(_ resolution: ResolutionID, on transport: inout IO) -> Bool {
    guard let index = checks.resolutions.removeValue(forKey: resolution), let name = checks.endpoints[index].name else {
      return false
    }
    checks.endpoints[index].resolution = nil
    var failure: ResolutionError?
    do throws(ResolutionError) {
      _ = try takeAddresses(of: name, resolution, on: &transport)
    } catch {
      failure = error
    }
    guard checks.endpoints[index].phase == .resolving else { return true }
    if useAnswer(of: name, index, at: transport.now) {
      look(checked: index, on: &transport)
    } else {
      settle(check: index, CheckOutcome(.unresolved(failure ?? .unavailable)), on: &transport)
    }
    return true
  }

  // MARK: Looking

  /// Looks at the addresses that are known.
  @inlinable
  mutating func look(checked index: UInt32, on transport: inout IO) {
    guard checks.endpoints[index].target.settings.check == .listening else {
      return connectNext(index, on: &transport)
    }
    var outcome = CheckOutcome.notMade(.elsewhere)
    for address in checks.endpoints[index].addresses.map(\.reached) where transport.isOwn(address) {
      switch transport.isListening(at: Endpoint(address, checks.endpoints[index].target.port)) {
      case true?:
        openMirrors(ofChecked: index, at: transport.now)
        return settle(check: index, .ok, on: &transport)
      case false?: outcome = .failed(.notListening)
      case nil: outcome = .notMade(.untold)
      }
    }
    settle(check: index, outcome, on: &transport)
  }

  /// Begins to connect to the next address; says what came of it where there is none left.
  @inlinable
  mutating func connectNext(_ index: UInt32, on transport: inout IO) {
    let now = transport.now
    // bound: checkAddressesMax
    while checks.endpoints[index].next < checks.endpoints[index].addresses.count, now < checks.endpoints[index].deadline
    {
      let place = checks.endpoints[index].next
      let endpoint = Endpoint(checks.endpoints[index].addresses[place], checks.endpoints[index].target.port)
      let deadline = checks.endpoints[index].attemptDeadline(at: now)
      checks.endpoints[index].next += 1
      do throws(TransportError) {
        let socket = try transport.connect(to: endpoint, checks.endpoints[index].socketOptions, for: .none)
        setOwner(of: socket, to: index, as: .check)
        checks.endpoints[index].socket = socket
        checks.endpoints[index].phase = .connecting
        return checks.timers.set(index, at: deadline)
      } catch {
        noteFailure(error.failure, ofCheck: index)
      }
    }
    settle(
      check: index, CheckOutcome(checks.endpoints[index].lastFailure ?? .timedOut), on: &transport)
  }

  /// Remembers why an address could not be had. What the endpoint did counts more than what this machine lacks.
  @inlinable
  mutating func noteFailure(_ failure: Failure, ofCheck index: UInt32) {
    if failure != .connectionRefused { checks.endpoints[index].hasMetOther = true }
    if case .notMade = CheckOutcome(failure), checks.endpoints[index].lastFailure != nil { return }
    checks.endpoints[index].lastFailure = failure
  }

  @inlinable
  mutating func checkConnected(_ index: UInt32, on transport: inout IO) {
    openMirrors(ofChecked: index, at: transport.now)
    guard checks.endpoints[index].hasToTalk else { return settle(check: index, .ok, on: &transport) }
    checks.endpoints[index].phase = .talking
    checks.timers.set(index, at: checks.endpoints[index].deadline)
    talk(index, on: &transport)
  }

  @inlinable
  mutating func checkConnectFailed(_ index: UInt32, _ failure: Failure, on transport: inout IO) {
    letGo(index, .orderly, on: &transport)
    noteFailure(failure, ofCheck: index)
    connectNext(index, on: &transport)
  }

  /// A check's socket may be read or written.
  @inlinable
  mutating func checkReady(_ index: UInt32, on transport: inout IO) {
    switch checks.endpoints[index].phase {
    case .talking: talk(index, on: &transport)
    case .closing: if readToEnd(index, on: &transport) { end(check: index, .orderly, on: &transport) }
    case .resting, .waiting, .resolving, .connecting: break
    }
  }

  /// Does what is due at `now`, which is behind the clock: what had happened by then was taken.
  @inlinable
  mutating func checkTimerFired(_ index: UInt32, on transport: inout IO) {
    switch checks.endpoints[index].phase {
    case .resting: enter(index)
    case .waiting: break
    case .resolving: settle(check: index, CheckOutcome(.unresolved(.unavailable)), on: &transport)
    case .connecting:
      letGo(index, .orderly, on: &transport)
      noteFailure(.timedOut, ofCheck: index)
      connectNext(index, on: &transport)
    case .talking: settle(check: index, .failed(.noAnswer), on: &transport)
    case .closing: end(check: index, .orderly, on: &transport)
    }
  }

  // MARK: Outcomes

  /// A check has come to this: it is counted, and told where it changes what the endpoint is.
  @inlinable
  mutating func settle(check index: UInt32, _ outcome: CheckOutcome, on transport: inout IO) {
    let now = transport.now
    let account = checks.endpoints[index].account
    meters.counted.endpoints[Int(checks.endpoints[index].meter)].note(outcome.result)
    account.note(outcome.result)
    record(.endpointChecked(CheckReport(account, outcome, lasted: now.since(checks.endpoints[index].begunAt))))
    tellWhetherMade(index, outcome)
    let isRefused = outcome.isRefusal && !checks.endpoints[index].hasMetOther
    checks.endpoints[index].refusedAt = isRefused ? checks.endpoints[index].begunAt : nil
    if isRefused { closeMirrors(ofChecked: index, at: now) }
    if let health = checks.endpoints[index].note(outcome) {
      let report = CheckReport(account, outcome, lasted: now.since(checks.endpoints[index].changedAt))
      let wasDown = account.health == .down
      checks.endpoints[index].changedAt = now
      account.note(health)
      if health == .down {
        if checks.endpoints[index].resetsSessions { account.noteDown(at: now) }
        record(.endpointDown(report))
      } else if wasDown {
        record(.endpointUp(report))
      }
      ring()
      look(on: &transport)
    }
    close(check: index, outcome, on: &transport)
  }

  /// Tells once that an endpoint cannot be looked at in the way that the configuration says.
  @inlinable
  mutating func tellWhetherMade(_ index: UInt32, _ outcome: CheckOutcome) {
    guard case .notMade(let problem) = outcome, problem == .elsewhere || problem == .untold else {
      if outcome.result != .notMade { checks.endpoints[index].isTold = false }
      return
    }
    guard !checks.endpoints[index].isTold else { return }
    checks.endpoints[index].isTold = true
    let lasted = checks.endpoints[index].begunAt.since(checks.endpoints[index].begunAt)
    record(.endpointUnchecked(CheckReport(checks.endpoints[index].account, outcome, lasted: lasted)))
  }

  /// Ends a check whose outcome is known.
  @inlinable
  mutating func close(check index: UInt32, _ outcome: CheckOutcome, on transport: inout IO) {
    guard checks.endpoints[index].socket != .none else { return end(check: index, .orderly, on: &transport) }
    switch outcome.problem {
    case .noAnswer: end(check: index, .abortive, on: &transport)
    // The socket has failed, or its kernel has taken the server's end.
    case .failure, .endedEarly: end(check: index, .orderly, on: &transport)
    case nil, .otherAnswer, .notListening, .elsewhere, .untold: beginClosing(index, on: &transport)
    }
  }
}
