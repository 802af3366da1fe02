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
