import PorxyCore

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
    let expected = other.manners.temper == .echo ? peer.seen.stream : other.seen.stream
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
    guard one.isConnected, one.wasReading || one.reading != .open else { return }
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
    if sawError { words.append("first error at \(failedAt.since(Network.beginning).secondsText)") }
    if hasFinished { words.append("finished") }
    if leaving != .none {
      words.append("\(leaving) at \(leftAt.since(Network.beginning).secondsText)")
    }
    if leftUnread {
      words.append("with bytes unread")
    }
    if let connectError { words.append("did not connect: \(connectError.errnoName)") }
    return words.joined(separator: ", ")
  }
}
