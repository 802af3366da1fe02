import TestSupport
import Testing

@testable import PorxyCore

/// The rules of docs/RULES.md as a table: what is known of both sides, and what is to be done.
@Suite(.timed) struct EndingTests {
  private static let empty = SendQueue(unacknowledged: 0, unsent: 0)
  private static let endOnly = SendQueue(unacknowledged: 1, unsent: 0)
  private static let full = SendQueue(unacknowledged: 4096, unsent: 4096)

  private func side(
    _ flow: Flow.State, _ failure: Failure? = nil, queue: SendQueue = empty
  ) -> Ending.View {
    Ending.View(failure: failure, flow: flow, queue: queue)
  }

  @Test("END: one end alone ends nothing", arguments: [Flow.State.open, .draining])
  func halfClosed(other: Flow.State) {
    #expect(Ending.decide(client: side(.finished), backend: side(other), isPatient: true) == .goOn)
    #expect(Ending.decide(client: side(other), backend: side(.finished), isPatient: true) == .goOn)
  }

  @Test("DONE: both ends close in order once the last bytes have arrived")
  func done() {
    let done = Ending.Verdict.close(client: .orderly, backend: .orderly)
    #expect(Ending.decide(client: side(.finished), backend: side(.finished), isPatient: true) == done)
    #expect(
      Ending.decide(client: side(.finished, queue: Self.endOnly), backend: side(.finished), isPatient: true) == done)
    #expect(
      Ending.decide(client: side(.finished, queue: Self.full), backend: side(.finished), isPatient: true) == .wait)
  }

  @Test("DONE: the close passes the last end on where nothing else is on its way")
  func lastEnd() {
    let done = Ending.Verdict.close(client: .orderly, backend: .orderly)
    #expect(Ending.decideLastEnd(to: Self.empty, from: Self.empty) == done)
    #expect(Ending.decideLastEnd(to: Self.empty, from: Self.endOnly) == done)
    // A byte on its way to the sink, to which no end was passed on yet.
    #expect(Ending.decideLastEnd(to: Self.endOnly, from: Self.empty) == .wait)
    #expect(Ending.decideLastEnd(to: Self.empty, from: Self.full) == .wait)
  }

  @Test("RESET: the survivor is reset once everything has arrived, never in order")
  func reset() {
    for flow in [Flow.State.broken, .finished] {
      let failed = side(flow, flow == .finished ? .resetAfterEnd : .connectionReset)
      #expect(
        Ending.decide(client: failed, backend: side(.cut), isPatient: true)
          == .close(client: .abortive, backend: .abortive))
      #expect(Ending.decide(client: failed, backend: side(.cut, queue: Self.full), isPatient: true) == .wait)
      #expect(Ending.decide(client: failed, backend: side(.cut, queue: Self.endOnly), isPatient: true) == .wait)
      #expect(
        Ending.decide(client: failed, backend: side(.cut, queue: Self.full), isPatient: false)
          == .close(client: .abortive, backend: .abortive))
    }
  }

  @Test("ANSWER: what a failed side has sent is read to its end first")
  func answer() {
    let failed = side(.open, .connectionReset)
    #expect(Ending.decide(client: side(.cut), backend: failed, isPatient: true) == .wait)
    #expect(
      Ending.decide(client: side(.cut), backend: failed, isPatient: false)
        == .close(client: .abortive, backend: .abortive))
  }

  @Test("HALF: a peer that ended and was forgotten is told as its own kernel would have told it")
  func forgotten() {
    let gone = side(.finished, .forgotten)
    #expect(
      Ending.decide(client: gone, backend: side(.cut, queue: Self.full), isPatient: true)
        == .close(client: .abortive, backend: .orderly))
    #expect(
      Ending.decide(client: side(.cut), backend: gone, isPatient: true) == .close(client: .orderly, backend: .abortive))
  }

  @Test("GONE: when both have failed nobody is waited for")
  func bothFailed() {
    #expect(
      Ending.decide(
        client: side(.open, .connectionReset, queue: Self.full), backend: side(.open, .timedOut), isPatient: true)
        == .close(client: .abortive, backend: .abortive))
  }

  @Test("GONE: without a backend only what a client left is a reason to go on")
  func unconnected() {
    let gone = Ending.Verdict.close(client: .abortive, backend: .abortive)
    #expect(Ending.decideUnconnected(client: nil, flow: .open, holdsBytes: false) == .goOn)
    #expect(Ending.decideUnconnected(client: nil, flow: .draining, holdsBytes: false) == .goOn)
    #expect(Ending.decideUnconnected(client: .connectionReset, flow: .broken, holdsBytes: false) == gone)
    #expect(Ending.decideUnconnected(client: .connectionReset, flow: .broken, holdsBytes: true) == .goOn)
    #expect(Ending.decideUnconnected(client: .resetAfterEnd, flow: .draining, holdsBytes: false) == .goOn)
    #expect(Ending.decideUnconnected(client: .forgotten, flow: .draining, holdsBytes: true) == gone)
  }

  @Test("END, RESET: an end is passed on if it is true, and by the close if it is the last")
  func passage() {
    #expect(Ending.passage(failure: nil, other: .open, hasFailed: false) == .now)
    #expect(Ending.passage(failure: nil, other: .finished, hasFailed: false) == .last)
    #expect(Ending.passage(failure: .resetAfterEnd, other: .finished, hasFailed: true) == .now)
    #expect(Ending.passage(failure: .connectionReset, other: .finished, hasFailed: true) == .never)
    // The other side has failed: there is a survivor, which sees a true end before its reset.
    #expect(Ending.passage(failure: nil, other: .finished, hasFailed: true) == .now)
  }

  @Test("RESET: what an error means beside what was read and written")
  func meaning() {
    func meaning(_ error: Failure, _ from: Flow.State, _ to: Flow.State, _ queue: SendQueue = Self.empty) -> Failure {
      Ending.meaning(of: error, from: from, to: to) { queue }
    }
    #expect(meaning(.connectionReset, .open, .open) == .connectionReset)
    #expect(meaning(.connectionReset, .draining, .open) == .resetAfterEnd)
    // Bytes were under way to it when it reset: direct, it would have had them before it closed.
    let underWay = SendQueue(unacknowledged: 10, unsent: 0)
    #expect(meaning(.resetAfterEnd, .draining, .open, underWay) == .connectionReset)
    #expect(meaning(.resetAfterEnd, .draining, .open, Self.full) == .resetAfterEnd)
    #expect(meaning(.resetAfterEnd, .draining, .finished, underWay) == .resetAfterEnd)
    #expect(meaning(.resetAfterEnd, .finished, .open, underWay) == .resetAfterEnd)
    #expect(meaning(.timedOut, .draining, .open, underWay) == .timedOut)
  }
}
