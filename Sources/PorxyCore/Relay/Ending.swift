/// The one place where the connection rules decide how a session ends; docs/RULES.md has their text.
///
/// Pure functions of what is known: `Session` collects the facts, and carries out what is decided here.
@usableFromInline
enum Ending {
  /// What a session is to do.
  @usableFromInline
  enum Verdict: Equatable {
    /// Nothing has ended it.
    case goOn
    /// It is over, but bytes are still on their way: look again soon.
    case wait
    /// Close both sockets, and nothing of the session is left.
    case close(client: Closing, backend: Closing)
  }

  /// What is known of one side and of the flow that comes from it.
  @usableFromInline
  struct View {
    /// The error the side met, if any.
    @usableFromInline var failure: Failure?
    /// How far its bytes were passed on.
    @usableFromInline var flow: Flow.State
    /// What the kernel has still to send to it.
    @usableFromInline var queue: SendQueue

    @usableFromInline
    init(failure: Failure?, flow: Flow.State, queue: SendQueue) {
      self.failure = failure
      self.flow = flow
      self.queue = queue
    }
  }

  /// `isPatient` tells whether waiting for bytes to arrive still makes sense.
  @inlinable
  static func decide(client: View, backend: View, isPatient: Bool) -> Verdict {
    switch (client.failure, backend.failure) {
    case (nil, nil):
      // DONE: both have ended, and every byte has arrived: an orphaned socket would give up on a slow reader sooner.
      guard client.flow == .finished, backend.flow == .finished else { return .goOn }
      guard holdsOnlyAnEnd(client.queue), holdsOnlyAnEnd(backend.queue) else { return .wait }
      return .close(client: .orderly, backend: .orderly)
    case (_?, _?):
      // Nobody is left who could be told anything.
      return .close(client: .abortive, backend: .abortive)
    case (let failure?, nil):
      guard let closing = survivor(of: failure, its: client.flow, queue: backend.queue, isPatient) else { return .wait }
      return .close(client: .abortive, backend: closing)
    case (nil, let failure?):
      guard let closing = survivor(of: failure, its: backend.flow, queue: client.queue, isPatient) else { return .wait }
      return .close(client: closing, backend: .abortive)
    }
  }

  /// How the side that did not fail is closed; nil: not yet.
  @inlinable
  static func survivor(of failure: Failure, its flow: Flow.State, queue: SendQueue, _ isPatient: Bool) -> Closing? {
    switch flow {
    case .open, .draining:
      // ANSWER, RESET: what the failed side sent before is passed on first, as far as the survivor takes it.
      return isPatient ? nil : .abortive
    case .finished where failure == .forgotten:
      // HALF, GONE: it had ended and closed long ago. Direct, the survivor would see an end, and a reset only if it
      // sent something now: just what its kernel gets from an orderly close.
      return .orderly
    case .finished, .broken, .cut:
      // RESET, DIES, GONE: the survivor is reset, but not so that bytes on their way to it are destroyed.
      return queue.isEmpty || !isPatient ? .abortive : nil
    }
  }

  /// Before there is a backend. A client that has gone is not dialled for, unless it left bytes or an end that a
  /// backend would have seen direct (GONE, RESET); one that its own kernel has forgotten is not in any case: direct, it
  /// would have sent nothing yet.
  @inlinable
  static func decideUnconnected(client: Failure?, flow: Flow.State, holdsBytes: Bool) -> Verdict {
    if client == .forgotten { return .close(client: .abortive, backend: .abortive) }
    guard client != nil, flow == .broken, !holdsBytes else { return .goOn }
    return .close(client: .abortive, backend: .abortive)
  }

  /// All is over but for the last end, which one side is still to see: closing both sockets passes it on if their
  /// kernels have nothing else to send that an orphaned socket would give up on (DONE), and saves a call. `.wait`: it
  /// has to be passed on by itself.
  @inlinable
  static func decideLastEnd(to sink: SendQueue, from ended: SendQueue) -> Verdict {
    sink.isEmpty && holdsOnlyAnEnd(ended) ? .close(client: .orderly, backend: .orderly) : .wait
  }

  /// What becomes of an end that was read.
  @usableFromInline
  enum Passage: Equatable {
    /// It is true, and passed on at once (END).
    case now
    /// It is true and the session's last, which the closing of the sockets may pass on.
    case last
    /// It stands for an error: the stream is not whole, and no end is passed on (RESET).
    case never
  }

  /// `failure` is the error of the side that ended, `other` how far the flow to it has come; `hasFailed` either side.
  @inlinable
  static func passage(failure: Failure?, other: Flow.State, hasFailed: Bool) -> Passage {
    guard failure?.followsEnd ?? true else { return .never }
    return !hasFailed && other == .finished ? .last : .now
  }

  /// What an error means beside what was read from that side and written to it.
  ///
  /// `queue` is what the kernel has still to send to that side; it is asked for only if that decides.
  @inlinable
  static func meaning(of error: Failure, from: Flow.State, to: Flow.State, queue: () -> SendQueue) -> Failure {
    switch error {
    case .connectionReset where from == .draining:
      // The end was read before, so it is true: the kernel has no other word for it once both have ended (C28).
      return .resetAfterEnd
    case .resetAfterEnd where !from.isOver && to != .finished:
      // A reset behind an end that is not passed on yet, drawn by bytes that were on their way to the peer: direct they
      // would have been there before it closed, and a close with unread bytes is a reset without an end (R7).
      let queue = queue()
      return queue.unacknowledged > queue.unsent ? .connectionReset : error
    default:
      return error
    }
  }

  /// An end that is not acknowledged yet counts as one byte; it needs nobody to wait for it.
  @inlinable
  static func holdsOnlyAnEnd(_ queue: SendQueue) -> Bool { queue.unacknowledged <= 1 }
}
