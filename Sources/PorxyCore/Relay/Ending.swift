/// The one place where the connection rules decide how a session ends; docs/RULES.md has their text.
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

  /// Whether closing both sockets passes the last end on: the kernel sends it with the close, and there is nothing that
  /// an orphaned socket would still have to send (DONE).
  @inlinable
  static func closePassesEnd(to sink: SendQueue, from ended: SendQueue) -> Bool {
    sink.isEmpty && holdsOnlyAnEnd(ended)
  }

  /// An end that is not acknowledged yet counts as one byte; it needs nobody to wait for it.
  @inlinable
  static func holdsOnlyAnEnd(_ queue: SendQueue) -> Bool { queue.unacknowledged <= 1 }
}
