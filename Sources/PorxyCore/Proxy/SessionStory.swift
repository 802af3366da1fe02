/// How a session ended, from which its record is made.
@usableFromInline
struct SessionStory {
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

  /// The story that follows from what the session itself knows.
  @usableFromInline
  init(of session: Session) {
    if let side = session.firstFailed, let failure = session.failure(of: side) {
      self.init(side.party, failure.isSilence ? .vanished : .reset, failure: failure, in: session.failedIn)
    } else {
      self.init((session.firstEnd ?? .client).party, .end, in: .draining)
    }
  }

  @usableFromInline
  func record(
    of session: Session, backend: Int, local: (client: Endpoint?, backend: Endpoint?),
    tallies: (toBackend: SessionRecord.Tally, toClient: SessionRecord.Tally), at now: Instant
  ) -> SessionRecord {
    SessionRecord(
      listener: Int(session.listener), backend: backend, client: session.clientEndpoint, clientLocal: local.client,
      backendLocal: local.backend, backendPeer: session.isConnected ? session.backendEndpoint : nil, endedBy: party,
      manner: manner, phase: phase, failure: failure, toBackend: tallies.toBackend, toClient: tallies.toClient,
      acceptedAt: session.acceptedAt, connectedAt: session.isConnected ? session.connectedAt : nil, endedAt: now)
  }
}
