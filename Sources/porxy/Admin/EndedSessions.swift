import PorxyCore
import PorxyRuntime
import Synchronization

/// The sessions that ended last, for those who look at a running porxy.
final class EndedSessions: Sendable {
  private struct State {
    var isAsked = false
    /// Oldest first.
    var ended: [Overview.Ended] = []
  }

  private let state = Mutex(State())

  /// Newest first.
  var newest: [Overview.Ended] { state.withLock { $0.ended.reversed() } }

  /// From now on they are kept: somebody can look.
  func keep() { state.withLock { $0.isAsked = true } }

  /// Takes the record of a session that has just ended.
  func note(_ record: SessionRecord) {
    let time = SystemInfo.wallClock
    state.withLock { state in
      guard state.isAsked else { return }
      if state.ended.count == Overview.endedMax { state.ended.removeFirst() }
      state.ended.append(Overview.Ended(record, at: time))
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
