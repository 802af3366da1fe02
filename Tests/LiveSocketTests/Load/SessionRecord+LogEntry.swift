@testable import PorxyCore

extension SessionRecord {
  /// What a line of the log tells of a session, as far as it is judged; nil where something is missing.
  init?(_ entry: LogEntry) {
    guard entry["event"] == "session", let id = entry["id"].flatMap(SessionID.init), let listener = entry["listener"],
      let backend = entry["backend"],
      let party = entry["ended_by"].flatMap(Party.init), let manner = entry["how"].flatMap(Manner.init),
      let phase = entry["phase"].flatMap(Phase.init)
    else { return nil }
    self.init(
      id: id, listener: listener, backend: backend, client: Endpoint(.anyV4, 0), endedBy: party, manner: manner,
      phase: phase,
      failure: entry["error"] == Failure.forgotten.text ? .forgotten : nil,
      toBackend: Tally(entry, "backend"), toClient: Tally(entry, "client"), acceptedAt: .never, endedAt: .never)
  }
}

extension SessionRecord.Tally {
  fileprivate init(_ entry: LogEntry, _ side: String) {
    self.init()
    delivered = UInt64(max(0, entry[count: "bytes_to_\(side)"]))
    taken = delivered + UInt64(max(0, entry[count: "undelivered_to_\(side)"]))
  }
}
