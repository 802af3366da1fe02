// The end of a session: both sockets closed, nothing left, one record (DONE, TOLD).
extension Proxy where Network: ~Copyable {
  /// Ends a session by decision of the proxy: both sides are reset.
  @inlinable
  mutating func end(
    _ index: UInt32, by party: SessionRecord.Party, _ manner: SessionRecord.Manner, failure: Failure?,
    on network: inout Network
  ) {
    let story = SessionStory(party, manner, failure: failure, in: sessions[index].phase)
    finish(index, client: .abortive, backend: .abortive, as: story, on: &network)
  }

  /// Ends a session by the rules' verdict.
  @inlinable
  mutating func close(_ index: UInt32, client: Closing, backend: Closing, on network: inout Network) {
    let story = SessionStory(of: sessions[index])
    finish(index, client: client, backend: backend, as: story, on: &network)
  }

  @inlinable
  mutating func finish(
    _ index: UInt32, client: Closing, backend: Closing, as story: SessionStory, on network: inout Network
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
    admission.leave(listener: Int(session.listener), worker: worker)
    endPauses()
    if case .draining = stage, sessions.count == 0 { stopped() }
  }

  @inlinable
  mutating func tell(
    _ index: UInt32, _ client: Closing, _ backend: Closing, _ story: SessionStory, on network: inout Network
  ) {
    let session = sessions[index]
    var story = story
    if session.dial != .max, dials[session.dial].isResolving { story.phase = .resolving }
    let clientLocal = network.localEndpoint(of: session.client)
    let backendLocal = session.isConnected ? network.localEndpoint(of: session.backend) : nil
    let toBackend = tally(
      session.toBackend, to: session.backend, hasFailed: session.backendFailure != nil, backend, on: &network)
    let toClient = tally(
      session.toClient, to: session.client, hasFailed: session.clientFailure != nil, client, on: &network)
    record(
      .session(
        story.record(
          of: session, backend: backendIndex(of: index), local: (clientLocal, backendLocal),
          tallies: (toBackend, toClient), at: network.now)))
  }

  /// What a sink's kernel still has to send is lost when the sink has failed or is closed abortively.
  @inlinable
  func tally(
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
