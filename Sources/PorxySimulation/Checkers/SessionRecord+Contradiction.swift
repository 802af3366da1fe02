import PorxyCore

extension SessionRecord {
  /// What the record says and cannot be, whatever has happened, for a person; nil: nothing (TOLD).
  var contradiction: String? {
    let isConnected = connectedAt != nil
    let claims: [(holds: Bool, otherwise: String)] = [
      (endedAt >= acceptedAt, "it ended before it began"),
      (isWithin(connectedAt), "it was connected before it began or after its end"),
      (isWithin(headerAt), "its header came before it began or after its end"),
      (isConnected == (backendPeer != nil), "the backend's address and the time of connecting do not go together"),
      (!isConnected || attempts > 0, "it was connected without an attempt"),
      (isConnected || [.resolving, .connecting].contains(phase), "it went on without a backend"),
      (manner != .refused || !isConnected && endedBy == .backend, "it was refused, and not by the backend"),
      (![.refused, .reset, .vanished, .limit].contains(manner) || failure != nil, "no error is told"),
      (manner != .vanished || failure?.isSilence == true, "who has vanished has told why"),
      (manner != .end || failure == nil || failure == .forgotten, "it ended in order, with an error"),
      ((manner == .denied) == (denial != nil), "it is not said why the client was denied, or that it was"),
      (isConnected || toClient.taken == 0 && toBackend.delivered == 0, "bytes of a backend that there was not"),
      (toBackend.delivered <= toBackend.taken && toClient.delivered <= toClient.taken, "more was delivered than taken"),
    ]
    return claims.first { !$0.holds }.map {
      "the record of \(client) (\(manner) by \(endedBy), \(phase)): \($0.otherwise)"
    }
  }

  /// A time of the session, if it is known.
  private func isWithin(_ time: Instant?) -> Bool { time.map { $0 >= acceptedAt && $0 <= endedAt } ?? true }
}
