import PorxyCore

/// What the record of a client's session has to say in a run that tells of one that was recorded:
/// `record 0: client end, 300 to backend, 200 to client`.
///
/// Bytes are named where both sides have ended in order, so that all of them have arrived. Of any other ending, how
/// many were on their way depends on the sizes of buffers and on moments that no recording has.
struct ExpectedRecord: Sendable, Equatable {
  var endedBy: SessionRecord.Party
  var manner: SessionRecord.Manner
  var bytes: Bytes?

  /// Bytes that were delivered.
  struct Bytes: Sendable, Equatable {
    var toBackend: UInt64
    var toClient: UInt64
  }

  /// As the text of a run has it.
  var scriptText: String {
    "\(endedBy.rawValue) \(manner.rawValue)"
      + (bytes.map { ", \($0.toBackend.scenarioText) to backend, \($0.toClient.scenarioText) to client" } ?? "")
  }

  init(_ endedBy: SessionRecord.Party, _ manner: SessionRecord.Manner, bytes: Bytes? = nil) {
    self.endedBy = endedBy
    self.manner = manner
    self.bytes = bytes
  }

  /// What of a record has to come again.
  init(_ record: SessionRecord) {
    self.init(record.endedBy, record.manner)
    guard record.manner == .end else { return }
    bytes = Bytes(toBackend: record.toBackend.delivered, toClient: record.toClient.delivered)
  }
}

extension TokenCursor {
  /// The number of a client whose line comes before, and what its session's record has to say.
  mutating func takeRecordLine(clients: Int) throws(ScenarioComplaint) -> (client: Int, ExpectedRecord) {
    guard let word = peek, let number = Int(word), (0..<clients).contains(number) else {
      throw expected("the number of a client whose line comes before")
    }
    _ = take()
    try takeColon()
    let party = try choose("side", from: SessionRecord.Party.known)
    var record = ExpectedRecord(party, try choose("ending", from: SessionRecord.Manner.known))
    guard take(",") else { return (number, record) }
    let toBackend = try takeBytes(in: TextRange.bytesInAll)
    guard take("to backend"), take(",") else { throw expected("'to backend', and the bytes to the client") }
    let toClient = try takeBytes(in: TextRange.bytesInAll)
    guard take("to client") else { throw expected("'to client'") }
    record.bytes = ExpectedRecord.Bytes(toBackend: toBackend, toClient: toClient)
    return (number, record)
  }
}

// What a run expects of records, as it says itself.
extension Run {
  /// At `end` the peers that were left gave up, which ends any session.
  func judgeExpectedRecords(upTo end: Duration) {
    for (number, client) in setup.clients.enumerated() {
      guard let expected = client.expectedRecord else { continue }
      let record = records(ofClient: number, randomPeers.players).first
      let seen = record.map { record in
        var seen = ExpectedRecord(record)
        if expected.bytes == nil { seen.bytes = nil }
        return seen
      }
      verdicts.expect(
        .told, seen == expected, at: network.elapsed,
        "the record of client \(number)'s session says '\(seen?.scriptText ?? "nothing")', and was to say "
          + "'\(expected.scriptText)'")
      verdicts.expect(
        .told, record.map { $0.endedAt <= Network.beginning + end } ?? true, at: network.elapsed,
        "the session of client \(number), whose record is known, did not end before its peers gave up")
    }
  }
}
