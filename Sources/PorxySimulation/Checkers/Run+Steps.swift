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
    for session in setup.sessions.indices {
      let client = company.peers[2 * session].seen
      let server = company.peers[2 * session + 1].seen
      guard server.isConnected else { continue }
      checkWay(client, setup.clientLimits, server, setup.serverLimits, "session \(session) to the server", at: now)
      checkWay(server, setup.serverLimits, client, setup.clientLimits, "session \(session) to the client", at: now)
    }
  }

  private func checkWay(
    _ sender: Observation, _ near: HostLimits, _ receiver: Observation, _ far: HostLimits, _ name: String,
    at now: Duration
  ) {
    verdicts.expect(
      .bytes, receiver.received <= sender.sent, at: now,
      "\(name): \(receiver.received) bytes were received of \(sender.sent) sent")
    guard receiver.leaving == .none, receiver.received <= sender.sent else { return }
    let own = setup.porxyLimits
    let most =
      UInt64(near.sendCapacity) + UInt64(far.receiveCapacity) + UInt64(own.sendCapacity)
      + UInt64(own.receiveCapacity) + Self.conduitsMax
    verdicts.expect(
      .pressure, sender.sent - receiver.received <= most, at: now,
      "\(name): \(sender.sent - receiver.received) bytes are between the two, where \(most) have room")
  }
}
