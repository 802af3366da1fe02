import PorxyCore
import PorxyRuntime
import Synchronization

/// Where the process is between its start and its end, and what its last reload came to; for who asks from outside.
final class ProcessLife: Sendable {
  /// What a reload came to.
  struct LastReload: Sendable {
    /// Nanoseconds since 1970.
    let at: UInt64
    let outcome: ReloadOutcome
  }

  private struct State {
    var lastReload: LastReload?
    var reloads = MetricsFacts.Reloads()
  }

  /// How far the process is.
  let readiness = ProcessReadiness()
  private let state: Mutex<State>
  /// Nanoseconds since 1970.
  let startedAt = SystemInfo.wallClock
  /// The same on the clock that is never set.
  let begunAt = SystemInfo.monotonicClock

  init() {
    var state = State()
    state.reloads.lastDoneAt = .nanoseconds(Int64(clamping: startedAt))
    self.state = Mutex(state)
  }

  var lastReload: LastReload? { state.withLock { $0.lastReload } }

  /// What reloads have come to; the generation is not known here.
  var reloads: MetricsFacts.Reloads { state.withLock { $0.reloads } }

  func note(_ outcome: ReloadOutcome) {
    let reload = LastReload(at: SystemInfo.wallClock, outcome: outcome)
    state.withLock { state in
      state.lastReload = reload
      switch outcome {
      case .done:
        state.reloads.done += 1
        state.reloads.isLastDone = true
        state.reloads.lastDoneAt = .nanoseconds(Int64(clamping: reload.at))
      case .refused:
        state.reloads.refused += 1
        state.reloads.isLastDone = false
      case .ended: break
      }
    }
  }
}

/// What became of a reload.
enum ReloadOutcome: Sendable {
  /// All workers serve by another configuration.
  struct Done: Sendable {
    let generation: Int
    let changes: ListenerChanges
    /// Keys of settings that are read only at start.
    let needsRestart: [String]
    let warnings: [ConfigurationSource.Remark]
  }

  case done(Done)
  /// Nothing has changed.
  case refused(ConfigurationSource.Refusal)
  /// Porxy ends before it has an outcome.
  case ended
}
