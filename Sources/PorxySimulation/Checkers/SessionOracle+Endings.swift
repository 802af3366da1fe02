package import PorxyCore

// How a session ended.
extension SessionOracle {
  /// Longer than anything that heals takes to be noticed.
  private static let noticeMax = Duration.seconds(140)

  /// Looks at everything that the two observations say of each other.
  package func judge(_ verdicts: inout Verdicts) {
    for (one, other, name) in bothWays {
      checkFlaws(one, name, of: other, &verdicts)
      checkEnd(other.seen, seenBy: one.seen, name, &verdicts)
      checkReset(other.seen, one.seen, name, &verdicts)
    }
    if isRefused { checkRefusal(&verdicts) }
    guard isNeutral, !isRefused else { return }
    checkOrder(&verdicts)
    for (one, other, name) in bothWays {
      checkCause(one.seen, other.seen, name, &verdicts)
      checkNotice(one.seen, other.seen, name, &verdicts)
    }
  }

  /// The bytes are those that the other has sent, each in its place.
  private func checkFlaws(_ peer: Party, _ name: String, of other: Party, _ verdicts: inout Verdicts) {
    verdicts.expect(.bytes, peer.flaw == nil, at: now, "\(name): \(peer.flaw ?? "")")
    guard let source = peer.seen.source else { return }
    // An echo gives back the bytes that it was given.
    let expected = other.peerPlan.profile == .echo ? peer.seen.stream : other.seen.stream
    verdicts.expect(
      .bytes, source == expected, at: now, "\(name) received bytes of stream \(source), not of \(expected)")
  }

  private func checkEnd(_ other: Observation, seenBy one: Observation, _ name: String, _ verdicts: inout Verdicts) {
    guard one.reading == .ended else { return }
    verdicts.expect(
      .end, other.leaving == .died || (other.isConnected && other.hasEndedInOrder), at: now,
      "\(name) saw an end, but the other did not end: \(other.summary)")
    guard other.leaving != .died else { return }
    verdicts.expect(
      .end, one.received == other.sent, at: now,
      "\(name) saw an end after \(one.received) bytes, the other sent \(other.sent)")
  }

  private func checkRefusal(_ verdicts: inout Verdicts) {
    let client = client.seen
    guard client.isConnected, client.leaving == .none || client.sawError else { return }
    verdicts.expect(
      .refused, client.reading != .ended, at: now, "client \(number) of no server saw a clean end")
    // Whoever waits for more than the reset's way must have seen it.
    guard isNeutral, client.wasReading else { return }
    verdicts.expect(.refused, client.reading != .open, at: now, "client \(number) of no server saw no reset")
  }

  /// Both end in order: both see everything.
  private func checkOrder(_ verdicts: inout Verdicts) {
    let (client, server) = (client.seen, server.seen)
    guard client.isConnected, server.isConnected, client.isOrderly, server.isOrderly else { return }
    for (one, other, name) in [(client, server, "server"), (server, client, "client")] {
      verdicts.expect(
        .done, !other.sawError, at: now, "\(name) \(number) saw an error in an orderly session: \(other.summary)")
      guard one.hasFinished || one.leaving == .closed, other.reading != .open || other.wasReading else { continue }
      verdicts.expect(
        .done, other.reading == .ended && other.received == one.sent, at: now,
        "\(name) \(number) did not see the whole stream of \(one.sent) bytes: \(other.summary)")
    }
  }

  /// An error has a cause: the other side has let go of its socket before.
  private func checkCause(_ one: Observation, _ other: Observation, _ name: String, _ verdicts: inout Verdicts) {
    guard one.isConnected, one.sawError else { return }
    verdicts.expect(
      .alone, other.leaving != .none && other.leftAt <= one.failedAt, at: now,
      "\(name) saw an error that the other did not cause: \(one.summary); \(other.summary)")
  }

  /// Somebody has gone long ago: whoever is waiting for bytes must know. Where nothing has moved for a while, an end
  /// has come, too.
  private func checkNotice(_ one: Observation, _ other: Observation, _ name: String, _ verdicts: inout Verdicts) {
    // Each hop finds out for itself.
    guard hops == 1, one.isConnected, one.wasReading || one.reading != .open else { return }
    if isAtRest, other.hasFinished || other.leaving == .closed || other.leaving == .reset {
      verdicts.expect(
        .end, one.reading != .open, at: now, "\(name) waits for the end of one that has ended: \(other.summary)")
    }
    guard other.leaving == .closed || other.leaving == .reset else { return }
    guard one.reading != .open || Network.beginning + now > other.leftAt + Self.noticeMax else { return }
    verdicts.expect(
      .gone, one.reading != .open, at: now, "\(name) still waits for a side that has gone: \(other.summary)")
  }

  /// A side resets, and has not ended its stream before: the other never sees an end.
  private func checkReset(_ one: Observation, _ other: Observation, _ name: String, _ verdicts: inout Verdicts) {
    guard one.leaving == .reset, !one.hasFinished, other.isConnected else { return }
    verdicts.expect(
      .reset, other.reading != .ended, at: now, "\(name) saw an end where the other reset: \(one.summary)")
  }
}

extension Observation {
  /// What was done and seen, for a person.
  package var summary: String {
    var words = ["sent \(sent)", "received \(received)", "reading \(reading)"]
    if let sendError { words.append("a send failed: \(sendError.errnoName)") }
    if sawError { words.append("first error at \(failedAt.since(Network.beginning).scenarioText)") }
    if hasFinished { words.append("finished") }
    if leaving != .none {
      words.append("\(leaving) at \(leftAt.since(Network.beginning).scenarioText)")
    }
    if leftUnread {
      words.append("with bytes unread")
    }
    if let connectError { words.append("did not connect: \(connectError.errnoName)") }
    return words.joined(separator: ", ")
  }
}

// What porxy promises beyond ends: places, last bytes, and that nobody is kept for nothing.
extension SessionOracle {
  /// Longer than a kernel remembers a closed connection, and than porxy takes to ask it (HALF).
  private static let forgettingMax = Duration.seconds(135)

  /// Shortages pass, and whoever has waited through them gets a server.
  func checkPlace(_ verdicts: inout Verdicts) {
    let (client, server) = (client.seen, server.seen)
    guard client.isConnected, !client.sawError, client.leaving == .gaveUp || client.sent > 0 else { return }
    verdicts.expect(
      .accept, server.isConnected || client.leaving == .reset || client.leaving == .closed, at: now,
      "client \(number) has no server long after the last shortage: \(client.summary)")
  }

  /// A client that nothing holds up has its server soon.
  ///
  /// `reason` says why nothing holds it up.
  func checkHaste(
    _ rule: CheckedRule, because reason: String, since startsAt: Instant, within bound: Duration,
    _ verdicts: inout Verdicts
  ) {
    // A client that goes at once is not dialled for (GONE), and whoever resets while it is dialled for gets no server.
    guard client.seen.isConnected, client.seen.leftAt > startsAt + bound else { return }
    verdicts.expect(
      rule, server.seen.isConnected && server.seen.connectedAt <= startsAt + bound, at: now,
      "client \(number), \(reason), has no server after \(bound.scenarioText): "
        + (server.seen.isConnected
          ? "it came after \(server.seen.connectedAt.since(startsAt).scenarioText)" : client.seen.summary))
  }

  /// A client whose backend cannot be had is told so soon, if it still wants to know.
  func checkRefusalHaste(
    _ record: SessionRecord?, since startsAt: Instant, within bound: Duration, _ verdicts: inout Verdicts
  ) {
    guard client.seen.isConnected, client.seen.leftAt > startsAt + bound else { return }
    verdicts.expect(
      .refused, record.map { $0.endedAt <= startsAt + bound } ?? false, at: now,
      "client \(number), whose backend cannot be had, is not refused within \(bound.scenarioText): "
        + (record.map { "it was after \($0.endedAt.since(startsAt).scenarioText)" } ?? client.seen.summary))
  }

  /// A side has closed for good, and the other does nothing: porxy finds out.
  ///
  /// `room` is what the last kernel on the way takes without anybody receiving.
  func checkForgotten(_ record: SessionRecord?, _ room: Room, _ verdicts: inout Verdicts) {
    checkForgotten(client.seen, server.seen, room.toServer, record, "client \(number)", &verdicts)
    checkForgotten(server.seen, client.seen, room.toClient, record, "server \(number)", &verdicts)
  }

  private func checkForgotten(
    _ one: Observation, _ other: Observation, _ room: UInt64, _ record: SessionRecord?, _ name: String,
    _ verdicts: inout Verdicts
  ) {
    guard one.leaving == .closed, other.isConnected, one.sent <= room,
      Network.beginning + now > one.leftAt + Self.forgettingMax
    else { return }
    verdicts.expect(.half, record != nil, at: now, "\(name) has closed long ago, and its session is kept")
  }

  /// A side resets: whoever takes all that comes gets all that porxy had taken.
  ///
  /// But for one who hangs, or whose window update took longer than `Limits.closedWindowPatience` on its way: porxy's
  /// kernel had heard of no room when the reset was sent: `abortedWhileHeld` has the streams it sent there.
  package func checkLastBytes(_ record: SessionRecord, abortedWhileHeld: [UInt64], _ verdicts: inout Verdicts) {
    checkLastBytes(
      of: client.seen, to: server, record.toBackend.taken, abortedWhileHeld, "server \(number)", &verdicts)
    checkLastBytes(
      of: server.seen, to: client, record.toClient.taken, abortedWhileHeld, "client \(number)", &verdicts)
  }

  private func checkLastBytes(
    of one: Observation, to other: Party, _ taken: UInt64, _ abortedWhileHeld: [UInt64], _ name: String,
    _ verdicts: inout Verdicts
  ) {
    guard one.leaving == .reset || one.leftUnread, other.seen.isConnected, other.readsAtOnce,
      other.seen.reading != .open, other.seen.reading != .ended,
      !abortedWhileHeld.contains(other.seen.stream ^ 1)
    else { return }
    verdicts.expect(
      .reset, other.seen.received == taken, at: now,
      "\(name) was reset with \(other.seen.received) of \(taken) bytes that porxy had taken: \(other.seen.summary)")
  }
}

extension SessionOracle.Party {
  /// It takes what comes as soon as it comes.
  fileprivate var readsAtOnce: Bool {
    switch peerPlan.profile {
    case .silent: peerPlan.actions.first == .drain
    case .streams: peerPlan.readsAlong
    default: false
    }
  }
}
