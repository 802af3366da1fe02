import PorxyCore
import PorxyRuntime
import Synchronization

/// The sessions that ended last, for those who look at a running porxy.
final class EndedSessions: Sendable {
  /// Oldest first, each with its time in nanoseconds since 1970.
  private let ended = Mutex<[(record: SessionRecord, at: UInt64)]>([])
  private let isKept = Atomic(false)

  /// Newest first.
  var newest: [Overview.Ended] {
    let ended = ended.withLock { $0 }
    return ended.reversed().map { Overview.Ended($0.record, at: $0.at) }
  }

  /// From now on they are kept: somebody can look.
  func keep() { isKept.store(true, ordering: .relaxed) }

  /// Takes the record of a session that has just ended. Where nobody can look, it costs nothing.
  func note(_ record: SessionRecord) {
    guard isKept.load(ordering: .relaxed) else { return }
    let time = SystemInfo.wallClock
    ended.withLock { ended in
      if ended.count == Overview.endedMax { ended.removeFirst() }
      ended.append((record, time))
    }
  }
}

extension Overview.Ended {
  fileprivate init(_ record: SessionRecord, at time: UInt64) {
    self.init(
      id: "\(record.id)", time: Timestamp(nanosecondsSinceEpoch: time).text, listener: record.listener,
      backend: record.backend, client: "\(record.client)", how: record.manner.rawValue,
      endedBy: record.endedBy.rawValue, phase: record.phase.rawValue, error: record.failure?.text,
      lasted: record.endedAt.since(record.acceptedAt),
      bytes: Overview.Bytes(toBackend: record.toBackend.delivered, toClient: record.toClient.delivered),
      undelivered: Overview.Bytes(toBackend: record.toBackend.undelivered, toClient: record.toClient.undelivered))
  }
}

extension Timestamp {
  /// The RFC 3339 form, as the log has it.
  var text: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}
