import PorxyCore

// What must hold at every moment.
extension Run {
  /// A conduit each way, and what a kernel rounds up.
  private static let conduitsMax: UInt64 = 2 * 256 * 1024

  func checkStep() {
    let now = network.elapsed
    let complaints = network.check()
    verdicts.expect(.network, complaints.isEmpty, at: now, complaints.first ?? "")
    checkBytes(at: now)
    if let porxy = world.porxy {
      let lent = [ConduitKind.buffer, .block, .pipe].reduce(0) {
        $0 + network.conduitsLent($1, on: world.porxyHost)
      }
      verdicts.expect(
        .pressure, lent <= 2 * porxy.sessionCount, at: now,
        "\(lent) conduits are out for \(porxy.sessionCount) sessions")
    }
    noteTable()
  }

  func checkBytes(at now: Duration) {
    let own = UInt64(setup.porxyLimits.sendCapacity) + UInt64(setup.porxyLimits.receiveCapacity) + Self.conduitsMax
    let (near, far) = (setup.clientLimits, setup.serverLimits)
    let room = SessionOracle.Room(
      toServer: UInt64(near.sendCapacity) + UInt64(far.receiveCapacity) + own,
      toClient: UInt64(far.sendCapacity) + UInt64(near.receiveCapacity) + own)
    for session in setup.sessions.indices { oracle(session, at: now).checkBytes(room, &verdicts) }
  }
}
