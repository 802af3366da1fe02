public import PorxyCore
import Synchronization

/// The recordings of the sessions of all workers that ended last, and of those open ones that somebody has asked for.
public final class RecentRecordings: Sendable {
  private struct State: Sendable {
    /// A ring, whose oldest one is at `next` once it is full.
    var ended: [Recording] = []
    var next = 0
    var open: [Recording] = []
  }

  /// Sessions that have ended, of all workers together.
  public static let endedMax = 1000
  /// Open sessions that were asked for; the answer to each is read at once.
  static let openMax = 64

  private let state = Mutex(State())

  public init() {}

  /// Keeps the recording of a session that has ended, in the place of the oldest where there are enough.
  public func note(ended recording: Recording) {
    state.withLock { state in
      if state.ended.count < Self.endedMax {
        state.ended.append(recording)
      } else {
        state.ended[state.next] = recording
        state.next = (state.next + 1) % Self.endedMax
      }
      state.open.removeAll { $0.id == recording.id }
    }
  }

  /// Keeps what there is so far of an open session.
  public func note(open recording: Recording) {
    state.withLock { state in
      state.open.removeAll { $0.id == recording.id }
      if state.open.count == Self.openMax { state.open.removeFirst() }
      state.open.append(recording)
    }
  }

  /// Of a session that has ended.
  public func ended(_ id: SessionID) -> Recording? { state.withLock { $0.ended.first { $0.id == id } } }

  /// Takes what there was of an open session when somebody asked for it.
  public func takeOpen(_ id: SessionID) -> Recording? {
    state.withLock { state in
      guard let place = state.open.firstIndex(where: { $0.id == id }) else { return nil }
      return state.open.remove(at: place)
    }
  }
}
