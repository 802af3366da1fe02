import PorxyCore

// What porxy promises beyond ends: places, last bytes, and that nobody is kept for nothing.
extension Run {
  /// Longer than a kernel remembers a closed connection, and than porxy takes to ask it (HALF).
  private static let forgettingMax = Duration.seconds(135)

  func judgePromises(of porxy: SimulatedPorxy, at now: Duration) {
    for session in setup.sessions.indices where !setup.sessions[session].isRefused {
      let client = company.peers[2 * session]
      let server = company.peers[2 * session + 1]
      let record = porxy.sessions.first { $0.listener == session }
      // Porxy may give a client up that it has no descriptor or port for, for too long, and says so.
      if record?.manner != .limit { checkPlace(client.seen, server.seen, session, at: now) }
      guard setup.isNeutral else { continue }
      checkForgotten(client.seen, server.seen, setup.serverLimits, record, "client \(session)", at: now)
      checkForgotten(server.seen, client.seen, setup.clientLimits, record, "server \(session)", at: now)
      guard let record else { continue }
      checkLastBytes(of: client.seen, to: server, record.toBackend.taken, "server \(session)", at: now)
      checkLastBytes(of: server.seen, to: client, record.toClient.taken, "client \(session)", at: now)
    }
    noteTable()
  }

  /// Shortages pass, and whoever has waited through them gets a server.
  private func checkPlace(_ client: Observation, _ server: Observation, _ session: Int, at now: Duration) {
    guard setup.runsShortOnly, client.isConnected, !client.sawError, client.leaving == .gaveUp || client.sent > 0 else {
      return
    }
    verdicts.expect(
      .accept, server.isConnected || client.leaving == .reset || client.leaving == .closed, at: now,
      "client \(session) has no server long after the last shortage: \(client.summary)")
  }

  /// A side has closed for good, and the other does nothing: porxy finds out.
  private func checkForgotten(
    _ one: Observation, _ other: Observation, _ far: HostLimits, _ record: SessionRecord?, _ name: String,
    at now: Duration
  ) {
    guard one.leaving == .closed, other.isConnected,
      one.sent <= min(setup.porxyLimits.sendCapacity, far.receiveCapacity),
      Network.beginning + now > one.leftAt + Self.forgettingMax
    else { return }
    verdicts.expect(.half, record != nil, at: now, "\(name) has closed long ago, and its session is kept")
  }

  /// A side resets: whoever takes all that comes gets all that porxy had taken.
  ///
  /// But for one who hangs, or whose window update took longer than `Limits.closedWindowPatience` on its way: porxy's
  /// kernel had heard of no room when the reset was sent.
  private func checkLastBytes(
    of one: Observation, to other: Peer, _ taken: UInt64, _ name: String, at now: Duration
  ) {
    guard one.leaving == .reset || one.leftUnread, other.seen.isConnected, other.readsAtOnce,
      other.seen.reading != .open, other.seen.reading != .ended,
      !network.abortedWhileHeld.contains(other.seen.stream ^ 1)
    else { return }
    verdicts.expect(
      .reset, other.seen.received == taken, at: now,
      "\(name) was reset with \(other.seen.received) of \(taken) bytes that porxy had taken: \(other.seen.summary)")
  }
}

extension Peer {
  /// It takes what comes as soon as it comes.
  fileprivate var readsAtOnce: Bool {
    switch manners.temper {
    case .silent: manners.deeds.first == .drain
    case .streams: manners.readsAlong
    default: false
    }
  }
}
