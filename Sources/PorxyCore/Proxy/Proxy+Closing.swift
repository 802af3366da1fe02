// The end of a session: both sockets closed, nothing left, one record (DONE, TOLD).
extension Proxy where Network: ~Copyable {
  /// Ends a session by decision of the proxy: both sides are reset.
  @usableFromInline
  mutating func end(
    _ index: UInt32, by party: SessionRecord.Party, _ manner: SessionRecord.Manner, failure: Failure?,
    on network: inout Network
  ) {
    finish(
      index, client: .abortive, backend: .abortive, as: (party, manner, failure, sessions[index].phase), on: &network)
  }

  /// Ends a session by the rules' verdict.
  @usableFromInline
  mutating func close(_ index: UInt32, client: Closing, backend: Closing, on network: inout Network) {
    let session = sessions[index]
    if let side = session.firstFailed, let failure = session.failure(of: side) {
      let manner: SessionRecord.Manner = failure == .timedOut ? .vanished : .reset
      finish(
        index, client: client, backend: backend, as: (side.party, manner, failure, session.failedIn), on: &network)
    } else {
      let party = (session.firstEnd ?? .client).party
      finish(index, client: client, backend: backend, as: (party, .end, nil, .draining), on: &network)
    }
  }

  private typealias Story = (
    party: SessionRecord.Party, manner: SessionRecord.Manner, failure: Failure?, phase: SessionRecord.Phase
  )

  private mutating func finish(
    _ index: UInt32, client: Closing, backend: Closing, as story: Story, on network: inout Network
  ) {
    if configuration.log.level >= .info { tell(index, client, backend, story, on: &network) }
    sessions[index].toBackend.cut(on: &network)
    sessions[index].toClient.cut(on: &network)
    let session = sessions[index]
    if session.dial != .max { abandon(session.dial, backend, on: &network) }
    if session.isConnected {
      unlink(session.backend)
      network.close(session.backend, backend)
    }
    unlink(session.client)
    network.close(session.client, client)
    timers.cancel(index)
    sessions.remove(index)
    admission.leave(listener: Int(session.listener))
    endPauses()
    if case .draining = stage, sessions.count == 0 { stopped() }
  }

  private mutating func tell(
    _ index: UInt32, _ client: Closing, _ backend: Closing, _ story: Story, on network: inout Network
  ) {
    let session = sessions[index]
    let backendIndex = backendIndex(of: index)
    let isResolving = session.dial != .max && dials[session.dial].isResolving
    record(
      .session(
        SessionRecord(
          listener: Int(session.listener), backend: backendIndex, client: session.clientEndpoint,
          clientLocal: network.localEndpoint(of: session.client),
          backendLocal: session.isConnected ? network.localEndpoint(of: session.backend) : nil,
          backendPeer: session.isConnected ? session.backendEndpoint : nil, endedBy: story.party, manner: story.manner,
          phase: isResolving ? .resolving : story.phase, failure: story.failure,
          toBackend: tally(
            session.toBackend, to: session.backend, hasFailed: session.backendFailure != nil, backend, on: &network),
          toClient: tally(
            session.toClient, to: session.client, hasFailed: session.clientFailure != nil, client, on: &network),
          acceptedAt: session.acceptedAt, connectedAt: session.isConnected ? session.connectedAt : nil,
          endedAt: network.now)))
  }

  /// What a sink's kernel still has to send is lost when the sink has failed or is closed abortively.
  private func tally(
    _ flow: Flow, to sink: SocketID, hasFailed: Bool, _ closing: Closing, on network: inout Network
  ) -> SessionRecord.Tally {
    var tally = SessionRecord.Tally()
    tally.taken = flow.taken
    tally.delivered = flow.delivered
    guard sink != .none, hasFailed || closing == .abortive else { return tally }
    var lost = UInt64(network.sendQueue(of: sink).unacknowledged)
    if flow.state == .finished && lost > 0 { lost -= 1 }
    tally.delivered -= min(lost, tally.delivered)
    return tally
  }
}
