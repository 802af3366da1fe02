import PorxyCore

// What must hold at the end of every proxied run, whatever the scenario was about: all faults heal, all peers let go,
// and nothing of any session is left but one record that tells the truth (DONE, GONE, TOLD).
extension SimulatedStage {
  /// Longer than keepalive and all retransmissions take, and shorter than a session that nobody ever ends.
  private static let closingMax = Duration.seconds(3 * 3600)

  /// Complaints about what does not.
  func closeDown() -> [String] {
    guard let porxy else { return [] }
    network.heal()
    restoreLinks()
    settle()
    letGo()
    guard wait(Self.closingMax, until: { porxy.sessionCount == 0 }) else {
      return ["\(porxy.sessionCount) sessions never end, though nobody is left (GONE)"]
    }
    settle()
    network.ask(.drain, of: porxyHost)
    settle()
    return checkRemains(porxy) + checkRecords(porxy)
  }

  /// All peers close what they have.
  private func letGo() {
    for number in cast.clients.indices { letGo(.client(number + 1)) }
    // Whoever is accepted from now on is let go too.
    for number in cast.servers.indices { letGo(.server(number + 1)) }
    if let listener = cast.listener, network.poll(listener) != [.hungUp, .writable] { network.close(listener) }
    cast.listener = nil
    settle()
    for number in cast.servers.indices { letGo(.server(number + 1)) }
  }

  private func letGo(_ role: Role) {
    if let socket = cast.openSocket(role, on: network) { network.close(socket) }
  }

  private func checkRemains(_ porxy: SimulatedPorxy) -> [String] {
    var complaints: [String] = []
    if porxy.isServing { complaints.append("porxy does not end, though nobody is left (STOP)") }
    if porxy.isSpinning { complaints.append("porxy spins without time going by") }
    if porxy.isUnfair { complaints.append("a session moves without end while others wait (ALONE)") }
    if porxy.placeCount != 0 { complaints.append("porxy keeps \(porxy.placeCount) places for sessions (DONE)") }
    let descriptors = network.hosts[porxyHost.index].descriptors
    if descriptors != 0 { complaints.append("porxy keeps \(descriptors) descriptors") }
    for kind in [ConduitKind.buffer, .block, .pipe] where network.conduitsLent(kind, on: porxyHost) != 0 {
      complaints.append("porxy keeps \(network.conduitsLent(kind, on: porxyHost)) conduits (\(kind))")
    }
    if porxy.nextDeadline != .never { complaints.append("porxy keeps a timer") }
    return complaints
  }

  private func checkRecords(_ porxy: SimulatedPorxy) -> [String] {
    var complaints: [String] = []
    for (place, client) in cast.clients.enumerated() {
      guard let client, cast.connected.contains(place + 1) else { continue }
      let records = porxy.sessions.filter { $0.client == client.endpoint }
      if records.count > 1 { complaints.append("client \(place + 1) has \(records.count) records (TOLD)") }
      guard let record = records.first else { continue }
      let partner = cast.partner(of: .client(place + 1), isDirect: false).flatMap { cast[$0] }
      complaints += check(
        record.toBackend, "client \(place + 1)", sent: client.written, received: partner?.received ?? 0)
      complaints += check(record.toClient, "its server", sent: partner?.written ?? 0, received: client.received)
    }
    let ends = Set(porxy.sessions.map(\.client)).count  // lookup only: counts what differs
    if ends != porxy.sessions.count { complaints.append("two records tell of one session (TOLD)") }
    return complaints
  }

  private func check(_ tally: SessionRecord.Tally, _ who: String, sent: UInt64, received: UInt64) -> [String] {
    guard received <= tally.delivered, tally.delivered <= tally.taken, tally.taken <= sent else {
      return [
        "of \(sent) bytes that \(who) sent, porxy tells of \(tally.taken) taken and \(tally.delivered) delivered, "
          + "and \(received) were received (TOLD)"
      ]
    }
    return []
  }
}
