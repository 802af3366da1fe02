/// How a session ended, from which its record is made.
@usableFromInline
struct SessionOutcome {
  @usableFromInline let party: SessionRecord.Party
  @usableFromInline let manner: SessionRecord.Manner
  @usableFromInline let failure: Failure?
  @usableFromInline var phase: SessionRecord.Phase

  @usableFromInline
  init(
    _ party: SessionRecord.Party, _ manner: SessionRecord.Manner, failure: Failure? = nil,
    in phase: SessionRecord.Phase
  ) {
    self.party = party
    self.manner = manner
    self.failure = failure
    self.phase = phase
  }

  /// What follows from what the session itself knows.
  @usableFromInline
  init(of session: Session) {
    if let side = session.firstFailed, let failure = session.failure(of: side) {
      // What porxy's own call was refused is not told of as a peer's deed.
      guard !failure.isOwn else {
        self.init(.porxy, failure.isShortage ? .limit : .reset, failure: failure, in: session.failedIn)
        return
      }
      self.init(side.party, failure.isSilence ? .vanished : .reset, failure: failure, in: session.failedIn)
    } else {
      self.init((session.firstEnd ?? .client).party, .end, in: .draining)
    }
  }

  @usableFromInline
  func record(
    of session: Session, _ id: SessionID, on route: Route, local: (client: Endpoint?, backend: Endpoint?),
    tallies: (toBackend: SessionRecord.Tally, toClient: SessionRecord.Tally), measured: SessionRecord.Measured?,
    level: LogLevel, at now: Instant
  ) -> SessionRecord {
    SessionRecord(
      id: id, level: level, listener: route.listener.name, backend: route.backend.name,
      endpoint: session.isConnected && route.endpoints.count > 1 ? route.endpoints[Int(session.endpoint)].name : nil,
      client: session.clientEndpoint,
      clientLocal: local.client,
      backendLocal: local.backend, backendPeer: session.isConnected ? session.backendEndpoint : nil, endedBy: party,
      manner: manner, phase: phase, failure: failure, attempts: session.attempts, generation: route.generation,
      measured: measured, toBackend: tallies.toBackend, toClient: tallies.toClient,
      acceptedAt: session.acceptedAt, connectedAt: session.isConnected ? session.connectedAt : nil, endedAt: now)
  }
}

// The end of a session: both sockets closed, nothing left, one record (DONE, TOLD).
extension Proxy where IO: ~Copyable {
  /// Ends a session by decision of the proxy: both sides are reset.
  @inlinable
  mutating func end(
    _ index: UInt32, by party: SessionRecord.Party, _ manner: SessionRecord.Manner, failure: Failure?,
    on transport: inout IO
  ) {
    let outcome = SessionOutcome(party, manner, failure: failure, in: sessions[index].phase)
    finish(index, client: .abortive, backend: .abortive, as: outcome, on: &transport)
  }

  /// Ends a session by the rules' verdict.
  @inlinable
  mutating func close(_ index: UInt32, client: Closing, backend: Closing, on transport: inout IO) {
    let outcome = SessionOutcome(of: sessions[index])
    finish(index, client: client, backend: backend, as: outcome, on: &transport)
  }

  @inlinable
  mutating func finish(
    _ index: UInt32, client: Closing, backend: Closing, as outcome: SessionOutcome, on transport: inout IO
  ) {
    let asks = recordLevel >= .info || isObserved
    let tallies = tallies(of: index, client, backend, asks: asks, on: &transport)
    countEnd(of: index, outcome, tallies, at: transport.now)
    if recordLevel >= .info { tell(index, outcome, tallies, on: &transport) }
    sessions[index].toBackend.cut(on: &transport)
    sessions[index].toClient.cut(on: &transport)
    let session = sessions[index]
    if session.dial != .max {
      // Attempts that were still open when time was up have timed out, too.
      abandon(session.dial, backend, as: outcome.manner == .timeout ? .timedOut : .abandoned, on: &transport)
    }
    let plan = UInt32(session.plan)
    if session.isConnected {
      clearOwner(of: session.backend)
      unchain(session.backend)
      transport.close(session.backend, backend)
      giveBack(session.endpoint, of: plan)
    }
    clearOwner(of: session.client)
    transport.close(session.client, client)
    sessionTimers.cancel(index)
    if session.isEnding { endingSince[index] = nil }
    if session.traits.contains(.hasHeader) { forgetHeaders(of: index, on: &transport) }
    sessions.remove(index)
    shared.admission.leave(plans[plan].route.account, worker: worker)
    leave(plan)
    endPauses()
    if case .draining = stage, sessions.count == 0 { stopped() }
  }

  @inlinable
  mutating func tell(_ index: UInt32, _ outcome: SessionOutcome, _ tallies: Tallies, on transport: inout IO) {
    guard let level = level(of: index, as: outcome), level <= recordLevel else { return }
    let session = sessions[index]
    var outcome = outcome
    if session.dial != .max, dials[session.dial].isResolving { outcome.phase = .resolving }
    let clientLocal = transport.localEndpoint(of: session.client)
    let backendLocal = session.isConnected ? transport.localEndpoint(of: session.backend) : nil
    var measured: SessionRecord.Measured?
    if log.tcpInfo {
      measured = SessionRecord.Measured(
        client: transport.statistics(of: session.client),
        backend: session.isConnected ? transport.statistics(of: session.backend) : nil)
    }
    var told = outcome.record(
      of: session, id(of: index), on: plans[UInt32(session.plan)].route, local: (clientLocal, backendLocal),
      tallies: tallies, measured: measured, level: level, at: transport.now)
    if session.traits.contains(.hasHeader), let headers = headers[index] {
      told.headerAt = headers.completeAt
      if let client = headers.told?.client { (told.client, told.via) = (client, told.client) }
    }
    if outcome.manner == .denied { told.denial = .header }
    told.faults = transport.faultNote(of: session.client)
    record(.session(told))
  }

  /// At which level the end of a session is logged (`log.sessions`); nil: at none, and nobody reads along either.
  @inlinable
  func level(of index: UInt32, as outcome: SessionOutcome) -> LogLevel? {
    switch log.sessions {
    case .all: return .info
    case .useful:
      let hasBytes = sessions[index].toBackend.taken > 0 || sessions[index].toClient.taken > 0
      let isProbe = outcome.party == .client && (outcome.manner == .end || outcome.manner == .reset) && !hasBytes
      return isProbe ? .debug : .info
    case .failures: return outcome.manner == .end ? .debug : .info
    case .off: return readLevel == nil && !keepsRecords ? nil : .info
    }
  }

  /// Tells that a session has begun, to who wants to know that much.
  @inlinable
  mutating func tellBegan(_ index: UInt32) {
    guard log.sessions != .off || readLevel != nil else { return }
    let route = plans[UInt32(sessions[index].plan)].route
    record(
      .sessionBegan(
        id(of: index), listener: route.listener.name, backend: route.backend.name,
        client: sessions[index].clientEndpoint, generation: route.generation))
  }

  @usableFromInline typealias Tallies = (toBackend: SessionRecord.Tally, toClient: SessionRecord.Tally)

  /// What became of the bytes of a session whose sides are about to be closed like this. Without asking the kernels,
  /// what porxy gave them counts as delivered: that is enough where it is neither logged nor can be looked at.
  @inlinable
  func tallies(
    of index: UInt32, _ client: Closing, _ backend: Closing, asks: Bool, on transport: inout IO
  ) -> Tallies {
    guard asks else {
      return (SessionRecord.Tally(sessions[index].toBackend), SessionRecord.Tally(sessions[index].toClient))
    }
    let toBackend = tally(
      sessions[index].toBackend, to: sessions[index].backend, hasFailed: sessions[index].backendFailure != nil, backend,
      on: &transport)
    let toClient = tally(
      sessions[index].toClient, to: sessions[index].client, hasFailed: sessions[index].clientFailure != nil, client,
      on: &transport)
    return (toBackend, toClient)
  }

  /// What a sink's kernel still has to send is lost when the sink has failed or is closed abortively. Where it has
  /// taken nothing, it is not asked.
  @inlinable
  func tally(
    _ flow: Flow, to sink: SocketID, hasFailed: Bool, _ closing: Closing, on transport: inout IO
  ) -> SessionRecord.Tally {
    var tally = SessionRecord.Tally(flow)
    guard flow.delivered > 0, hasFailed || closing == .abortive else { return tally }
    var lost = UInt64(transport.sendQueue(of: sink).unacknowledged)
    if flow.state == .finished && lost > 0 { lost -= 1 }
    tally.delivered -= min(lost, tally.delivered)
    return tally
  }
}

extension SessionRecord.Tally {
  /// What porxy took and passed on.
  @usableFromInline
  init(_ flow: Flow) {
    self.init()
    taken = flow.taken
    delivered = flow.delivered
  }
}
