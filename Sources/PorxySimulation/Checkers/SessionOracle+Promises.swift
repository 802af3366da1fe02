package import PorxyCore

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
    switch manners.temper {
    case .silent: manners.deeds.first == .drain
    case .streams: manners.readsAlong
    default: false
    }
  }
}
