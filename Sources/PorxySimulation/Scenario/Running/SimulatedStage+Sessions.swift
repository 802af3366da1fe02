import PorxyCore

// Looking at porxy's sessions and asking for their ends, as an administrator does (ADMIN).
extension SimulatedStage {
  /// Fewer places than many scenarios have sessions: so lists have several parts.
  private static let placesMax: UInt32 = 3

  /// Every open session of all workers, from all parts of their lists.
  private func openSessions() -> [SessionSnapshot] {
    guard let porxy, !porxy.isDead else { return [] }
    return porxy.workers.flatMap { worker in
      var sessions: [SessionSnapshot] = []
      var from: UInt32? = 0
      while let begin = from {  // bound: the places of the worker's table
        let query = SessionQuery(from: begin, placesMax: Self.placesMax)
        guard case .sessions(let page) = worker.reply(to: .sessions(query)) else { break }
        sessions += page.sessions
        from = page.next
      }
      return sessions
    }
  }

  /// The open session of the client of this number.
  func openSession(ofClient number: Int) -> SessionSnapshot? {
    guard let client = peers[.client(number)] else { return nil }
    return openSessions().first { $0.peer == client.endpoint }
  }

  /// Has the session end that the client of this number has, or had when sessions were looked at last; whether it was
  /// found.
  func end(_ ending: SessionEnding, _ client: Int, _ patience: Duration) -> Bool {
    guard client <= sessionIDs.count, let id = sessionIDs[client - 1] else { return false }
    return ask(.endSession(id, ending), of: Int(id.worker), patience).contains(.found(true))
  }

  /// Asks workers of porxy, or one, and waits for their replies.
  @discardableResult
  func ask(_ inquiry: Inquiry, of worker: Int? = nil, _ patience: Duration) -> [Reply] {
    guard let porxy else { return [] }
    let number = porxy.ask(inquiry, of: worker)
    let count = worker == nil ? porxy.workers.count : 1
    wait(patience) { porxy.replies(to: number).count == count }
    return porxy.replies(to: number)
  }

  /// Looks whether the list has every open session exactly once, and says the truth of it.
  func lookAtSessions() {
    guard looksAtSessions, let porxy, !porxy.isDead, listComplaints.isEmpty else { return }
    let sessions = openSessions()
    for (place, client) in peers.clients.enumerated() {
      guard let client, let session = sessions.first(where: { $0.peer == client.endpoint }) else { continue }
      while sessionIDs.count <= place { sessionIDs.append(nil) }  // bound: the clients
      sessionIDs[place] = session.id
    }
    let ids = Set(sessions.map(\.id)).count  // lookup only: counts what differs
    if sessions.count != porxy.sessionCount || ids != sessions.count {
      listComplaints.append("the list has \(ids) sessions in \(sessions.count) rows, of \(porxy.sessionCount) (ADMIN)")
    }
    for session in sessions {
      listComplaints += check(session)
    }
    checkTowardsBackends(sessions)
  }

  /// Complaints about one row.
  private func check(_ session: SessionSnapshot) -> [String] {
    var complaints: [String] = []
    guard case .session(let details?) = porxy?.workers[Int(session.id.worker)].reply(to: .session(session.id)),
      details.session == session, details.client != nil, (details.backend != nil) == (session.connectedAt != nil)
    else { return ["session \(session.id) is in the list and not found (ADMIN)"] }
    for (way, traffic) in [("backend", session.toBackend), ("client", session.toClient)]
    where traffic.delivered + UInt64(traffic.held) > traffic.taken {
      complaints.append("to its \(way), session \(session.id) has more than it took: \(traffic) (ADMIN)")
    }
    guard let slot = porxySlots.first(where: { network.blocks[$0].remote == session.peer }) else {
      return complaints + ["no socket of porxy's leads to \(session.peer), of which the list tells (ADMIN)"]
    }
    let (all, written) = (network.blocks[slot].read, network.blocks[slot].written)
    let sender = peers.clients.first { $0?.endpoint == session.peer } ?? nil
    // What porxy has made for itself has a length that nobody else knows.
    if sender == nil, scenario.makesHeaders { return complaints }
    // What a fault holds back is read, and not taken yet.
    if porxy?.hasFaults == true { return complaints }
    let read = all - (scenario.takesHeaders ? min(all, sender?.headerSent ?? 0) : 0)
    if (session.toBackend.taken, session.toClient.delivered) != (read, written) {
      complaints.append(
        "of \(session.peer), the list tells of \(session.toBackend.taken) bytes taken and "
          + "\(session.toClient.delivered) delivered, the kernel of \(read) and \(written) (ADMIN)")
    }
    return complaints
  }

  /// The same bytes on the other side of porxy, of all sessions together: from outside, nothing says which of its
  /// connections to a server belongs to which client.
  private func checkTowardsBackends(_ sessions: [SessionSnapshot]) {
    guard !scenario.makesHeaders, porxy?.hasFaults == false else { return }
    let clients = Set(sessions.map(\.peer))  // lookup only: by address
    let slots = porxySlots.filter {
      !clients.contains(network.blocks[$0].remote) && !network.lookStreams.contains(network.blocks[$0].stream)
        && !isOfCheck($0)
    }
    let read = slots.reduce(0) { $0 + network.blocks[$1].read }
    let written = slots.reduce(0) { $0 + network.blocks[$1].written }
    let taken = sessions.reduce(0) { $0 + $1.toClient.taken }
    let delivered = sessions.reduce(0) { $0 + $1.toBackend.delivered }
    if (taken, delivered) != (read, written) {
      listComplaints.append(
        "of all backends, the list tells of \(taken) bytes taken and \(delivered) delivered, the kernel of \(read) and "
          + "\(written) (ADMIN)")
    }
  }

  private func isOfCheck(_ slot: Int) -> Bool {
    guard let porxy, let id = network.blocks[slot].id else { return false }
    return porxy.isOfCheck(id, network.blocks[slot].mailbox)
  }

  /// Where porxy's sockets are in the network's table.
  private var porxySlots: [Int] {
    network.blocks.indices.filter {
      network.blocks[$0].host == porxyHost && network.blocks[$0].isOpen && network.blocks[$0].id != nil
    }
  }
}
