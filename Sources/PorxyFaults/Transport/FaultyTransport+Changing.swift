import PorxyCore

// Another plan comes into effect while sessions are under way.
extension FaultyTransport where Base: ~Copyable {
  /// Goes over to the plan in effect, if it is later than the own.
  mutating func takeNews() {
    if let news = shared.news(after: plan.version) { adopt(news) }
  }

  /// Every session keeps what stays, meets what is new, and is rid of what has gone.
  private mutating func adopt(_ news: ActivePlan) {
    let before = plan
    plan = news
    /// Of each fault before, its place now.
    let places = before.faults.map { old in news.faults.firstIndex { $0.serial == old.serial } }
    let added = news.faults.indices.filter { place in !places.contains(place) }
    /// By the session's place, what befell it and does no longer.
    var gone: [[FaultDeed]] = Array(repeating: [], count: sessions.count)
    for index in sessions.indices {
      guard let session = sessions[index] else { continue }
      let stay = session.faults.compactMap { fault -> FaultySession.Fault? in
        guard let place = places[fault.place] else {
          gone[index].append(before.faults[fault.place].planned.deed)
          return nil
        }
        var fault = fault
        fault.place = place
        return fault
      }
      let new = added.filter { place in
        let fault = news.faults[place].planned
        // Its count is of those that begin.
        // What a client says first may have been said before.
        return fault.sessions.most == nil && fault.sessions.keyLength == nil
          && news.befalls(fault, session.number, of: session.listener, from: session.client.address)
      }
      sessions[index]?.faults = (stay + new.map { FaultySession.Fault(place: $0) }).sorted { $0.place < $1.place }
    }
    for place in sockets.indices where sockets[place].isUsed && sockets[place].session != .max {
      lookAgain(place, without: gone[Int(sockets[place].session)])
    }
    // At the next turn, where events can be told.
    listenersDueAt = base.now
    resolutionsDueAt = base.now
  }

  /// The faults of a socket's session are others now.
  private mutating func lookAgain(_ place: Int, without gone: [FaultDeed]) {
    let (session, side) = (sockets[place].session, sockets[place].side)
    if case .waiting(let connect, let endpoint, let options) = sockets[place].stage {
      guard connect.holdsAttempt, connectFault(of: session) == nil else { return }
      sockets[place].stage = .waiting(.slow(.zero), endpoint, options)
      return arm(place, at: base.now)
    }
    if gone.contains(where: { $0.acts(onStreamOf: side) }) { hasten(place) }
    if isActedOn(session, from: side) { sockets[place].isLined = true }
    if sockets[place].isLined { arm(place, at: base.now) }
  }

  /// What a fault has held back comes at once, in its order.
  private mutating func hasten(_ place: Int) {
    let now = base.now
    sockets[place].line.hasten(to: now)
    if let failure = sockets[place].failure { sockets[place].failure?.release = min(failure.release, now) }
    sockets[place].endHint = sockets[place].endHint.map { $0 < .never ? min($0, now) : $0 }
  }

  /// A fault of a session acts on the stream from a side, or may later.
  func isActedOn(_ session: UInt32, from side: FaultSide) -> Bool {
    faults(of: session).contains {
      plan.faults[$0.place].planned.deed.acts(onStreamOf: side) || $0.isPending && side == .client
    }
  }
}

extension FaultedConnect {
  /// The attempt has not come to an end yet, and could still succeed.
  fileprivate var holdsAttempt: Bool {
    switch self {
    case .silent, .slow: true
    case .refused, .unreachable: false
    }
  }
}
