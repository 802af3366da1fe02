import Synchronization
import TestSupport

@testable import porxy

/// A porxy that a test invents.
final class FakeOverviews: OverviewSource {
  private struct State {
    var overview: Overview
    var failure: OverviewFailure?
    var looks = 0
    var requests: [TopRequest] = []
    /// What a request is refused with.
    var refusal: OverviewFailure?
  }

  private let state: Mutex<State>

  init(_ overview: Overview) {
    state = Mutex(State(overview: overview))
  }

  func look() throws(OverviewFailure) -> Overview {
    let (overview, failure) = state.withLock { state in
      state.looks += 1
      state.overview.head.up += .seconds(1)
      return (state.overview, state.failure)
    }
    if let failure { throw failure }
    return overview
  }

  func perform(_ request: TopRequest) throws(OverviewFailure) {
    let refusal = state.withLock { state in
      state.requests.append(request)
      return state.refusal
    }
    if let refusal { throw refusal }
  }

  /// From now on looks show this.
  func show(_ overview: Overview) { state.withLock { $0.overview = overview } }

  /// From now on looks fail, or no longer.
  func fail(_ reason: String?) { state.withLock { $0.failure = reason.map { OverviewFailure($0) } } }

  func refuse(_ reason: String) { state.withLock { $0.refusal = OverviewFailure(reason) } }

  var requests: [TopRequest] { state.withLock { $0.requests } }
  var looks: Int { state.withLock { $0.looks } }
}

/// One that does not answer until it is let go on.
final class HangingOverviews: OverviewSource {
  private let isHeld = Mutex(true)

  func look() throws(OverviewFailure) -> Overview {
    _ = Deadline(in: .seconds(60)).awaits { !isHeld.withLock { $0 } }
    throw OverviewFailure("it was let go")
  }

  func perform(_ request: TopRequest) throws(OverviewFailure) {}

  func letGo() { isHeld.withLock { $0 = false } }
}
