package import PorxyCore

// One record a session, which tells the truth (TOLD).
extension SessionOracle {
  /// `records` are those of this session.
  package func judgeRecords(_ records: [SessionRecord], _ verdicts: inout Verdicts) {
    // A handshake whose last word was lost is a connection to the client alone.
    let isCertain = isNeutral || server.seen.isConnected
    verdicts.expect(
      .told, records.count == 1 || (records.isEmpty && !(client.seen.isConnected && isCertain)), at: now,
      "client \(number) has \(records.count) records: \(client.seen.summary)")
    guard let record = records.first else { return }
    // Whoever outlives a side that was forgotten is closed in order, and its kernel sends what it has still to send.
    let leavesNothing = record.failure != .forgotten
    checkTally(record.toBackend, client.seen, server.seen, "client \(number)", leavesNothing, &verdicts)
    checkTally(record.toClient, server.seen, client.seen, "server \(number)", leavesNothing, &verdicts)
    checkStory(record, &verdicts)
  }

  /// What comes for a side that has left is not acknowledged any more, and so not delivered.
  private func checkTally(
    _ tally: SessionRecord.Tally, _ sender: Observation, _ receiver: Observation, _ name: String,
    _ leavesNothing: Bool, _ verdicts: inout Verdicts
  ) {
    // Bytes whose acknowledgement was still under way when porxy reset count as not delivered: it cannot know better.
    verdicts.expect(
      .told, max(receiver.received, tally.delivered) <= tally.taken && tally.taken <= sender.sent, at: now,
      "of \(sender.sent) bytes that \(name) sent, porxy tells of \(tally.taken) taken and \(tally.delivered) "
        + "delivered, and \(receiver.received) were received")
    guard let arrived = receiver.arrived, leavesNothing else { return }
    // An end that the kernel refused, because the socket had failed unseen, is taken for one of the bytes it lost.
    verdicts.expect(
      .told, tally.delivered <= arrived + 1, at: now,
      "of what \(name) sent, \(arrived) bytes had come to the other side's kernel when it left, and porxy tells of "
        + "\(tally.delivered) delivered")
  }

  private func checkStory(_ record: SessionRecord, _ verdicts: inout Verdicts) {
    let (client, server) = (client.seen, server.seen)
    let told = "\(record.manner) by \(record.endedBy)"
    if record.manner == .refused {
      verdicts.expect(.told, !server.isConnected, at: now, "\(told), though server \(number) had the client")
    }
    if record.manner == .end {
      verdicts.expect(
        .told,
        record.toBackend.undelivered == 0 && record.toClient.undelivered == 0
          && record.toBackend.delivered >= server.received && record.toClient.delivered >= client.received, at: now,
        "session \(number) ended in order with bytes undelivered")
    }
    guard isNeutral, !isRefused else { return }
    if client.isOrderly, server.isOrderly, client.reading == .ended, server.reading == .ended {
      verdicts.expect(.told, record.manner == .end, at: now, "\(told), though session \(number) was orderly")
    }
    for (one, other, party) in [
      (client, server, SessionRecord.Party.client), (server, client, SessionRecord.Party.backend),
    ] {
      guard one.leaving == .reset, !one.hasFinished, other.leaving == .none || other.leftAt > other.failedAt else {
        continue
      }
      verdicts.expect(
        .told, record.manner == .reset && record.endedBy == party, at: now,
        "\(told), though in session \(number) the \(party) reset: \(one.summary); \(other.summary)")
    }
  }
}
