package import PorxyCore

/// One session of a random run, judged by what its two peers did and saw and by porxy's record of it: a model of the
/// rules that knows nothing of the proxy, nor of whether the network was simulated or real.
package struct SessionOracle {
  /// A peer as far as it is judged.
  package struct Party {
    let peerPlan: PeerPlan
    let seen: Observation
    let flaw: String?

    /// Nobody has come who would behave like that.
    init(absent peerPlan: PeerPlan) {
      self.peerPlan = peerPlan
      seen = Observation()
      flaw = nil
    }

    package init<Kernel>(_ peer: RandomPeer<Kernel>) {
      peerPlan = peer.peerPlan
      seen = peer.seen
      flaw = peer.flaw
    }
  }

  /// Its place in the run, which findings name.
  let number: Int
  let client: Party
  let server: Party
  /// Nobody listens where its client is passed to.
  let isRefused: Bool
  /// Nothing but time was touched: what the peers see is foretold.
  let isNeutral: Bool
  /// All has gone, or nothing has moved for longer than any end is under way.
  let isAtRest: Bool
  /// Sessions of porxy's on the way from the client to its server; more than one where listeners lead to listeners.
  let hops: Int
  /// Since the beginning of the run.
  let now: Duration

  package init(
    _ number: Int, client: Party, server: Party, isRefused: Bool, isNeutral: Bool, isAtRest: Bool = false,
    hops: Int = 1, at now: Duration
  ) {
    self.number = number
    self.client = client
    self.server = server
    self.isRefused = isRefused
    self.isNeutral = isNeutral
    self.isAtRest = isAtRest
    self.hops = hops
    self.now = now
  }

  /// Both ways round: one side, the other, and the first one's name.
  var bothWays: [(Party, Party, String)] {
    [(client, server, "client \(number)"), (server, client, "server \(number)")]
  }
}

// What must hold at every moment.
extension SessionOracle {
  /// Bytes that have room between the two: `toServer` of the client's, `toClient` of the server's.
  package struct Room {
    var toServer: UInt64
    var toClient: UInt64

    package init(toServer: UInt64, toClient: UInt64) {
      self.toServer = toServer
      self.toClient = toClient
    }
  }

  /// Nothing was received that was not sent, and no more is between the two than has room.
  package func checkBytes(_ room: Room, _ verdicts: inout Verdicts) {
    guard server.seen.isConnected else { return }
    checkWay(client.seen, server.seen, room.toServer, "session \(number) to the server", &verdicts)
    checkWay(server.seen, client.seen, room.toClient, "session \(number) to the client", &verdicts)
  }

  private func checkWay(
    _ sender: Observation, _ receiver: Observation, _ most: UInt64, _ name: String, _ verdicts: inout Verdicts
  ) {
    verdicts.expect(
      .bytes, receiver.received <= sender.sent, at: now,
      "\(name): \(receiver.received) bytes were received of \(sender.sent) sent")
    guard receiver.leaving == .none, receiver.received <= sender.sent else { return }
    verdicts.expect(
      .pressure, sender.sent - receiver.received <= most, at: now,
      "\(name): \(sender.sent - receiver.received) bytes are between the two, where \(most) have room")
  }
}

// One record a session, which tells the truth (TOLD).
extension SessionOracle {
  /// `records` are those of this session.
  package func judgeRecords(_ records: [SessionRecord], _ verdicts: inout Verdicts) {
    judgeRecords(records.first, count: records.count, &verdicts)
  }

  /// `record` is the first of the session's `count`.
  func judgeRecords(_ record: SessionRecord?, count: Int, _ verdicts: inout Verdicts) {
    // A handshake whose last word was lost is a connection to the client alone.
    let isCertain = isNeutral || server.seen.isConnected
    verdicts.expect(
      .told, count == 1 || (count == 0 && !(client.seen.isConnected && isCertain)), at: now,
      "client \(number) has \(count) records: \(client.seen.summary)")
    // What another hop makes of the bytes is told by that one's record.
    guard let record, hops == 1 else { return }
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
