import PorxyCore

// The oracles' work on a simulated run.
extension Run {
  func oracle(_ session: Int, at now: Duration) -> SessionOracle {
    SessionOracle(
      session, client: SessionOracle.Party(company.peers[2 * session]),
      server: SessionOracle.Party(company.peers[2 * session + 1]), isRefused: setup.sessions[session].isRefused,
      isNeutral: setup.isNeutral, at: now)
  }

  func judge(at now: Duration) {
    checkBytes(at: now)
    for flaw in company.flaws { verdicts.expect(.alone, false, at: now, flaw) }
    for session in setup.sessions.indices { oracle(session, at: now).judge(&verdicts) }
    noteTable()
  }

  func judgePromises(of porxy: SimulatedPorxy, at now: Duration) {
    for session in setup.sessions.indices where !setup.sessions[session].isRefused {
      let record = porxy.sessions.first { $0.listener == session }
      let oracle = oracle(session, at: now)
      // Porxy may give a client up that it has no descriptor or port for, for too long, and says so.
      if setup.runsShortOnly, record?.manner != .limit { oracle.checkPlace(&verdicts) }
      guard setup.isNeutral else { continue }
      let (near, own, far) = (setup.clientLimits, setup.porxyLimits, setup.serverLimits)
      oracle.checkForgotten(
        record,
        SessionOracle.Room(
          toServer: UInt64(min(own.sendCapacity, far.receiveCapacity)),
          toClient: UInt64(min(own.sendCapacity, near.receiveCapacity))), &verdicts)
      guard let record else { continue }
      oracle.checkLastBytes(record, abortedWhileHeld: network.abortedWhileHeld, &verdicts)
    }
    noteTable()
  }

  func judgeRecords(of porxy: SimulatedPorxy) {
    let now = network.elapsed
    for session in setup.sessions.indices {
      oracle(session, at: now).judgeRecords(porxy.sessions.filter { $0.listener == session }, &verdicts)
    }
    verdicts.expect(
      .told, porxy.sessions.count <= setup.sessions.count, at: now,
      "there are \(porxy.sessions.count) records of \(setup.sessions.count) sessions")
  }
}
