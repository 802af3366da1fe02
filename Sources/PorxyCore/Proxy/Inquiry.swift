/// What the outside wants to know of a worker while it serves, or to be done there.
///
/// A worker answers in the turn that takes it, and only what takes little time: what could be long is asked for in
/// parts, one a turn.
public enum Inquiry: Sendable, Equatable {
  /// Whether it still takes turns.
  case ping
}

/// What a worker answers to an `Inquiry`.
public enum Reply: Sendable, Equatable {
  /// To `ping`.
  case alive
}

/// What a worker answers to a request from outside.
public enum WorkerAnswer: Sendable, Equatable {
  /// To `ControlRequest.reload`.
  case step(Reload.Answer)
  /// To the `ControlRequest.ask` of that number.
  case reply(Reply, to: UInt32, worker: Int)
}

extension Proxy where IO: ~Copyable {
  /// Leaves the answer for `takeAnswers`.
  @inlinable
  mutating func take(_ inquiry: Inquiry, number: UInt32) {
    let reply: Reply
    switch inquiry {
    case .ping: reply = .alive
    }
    answers.append(.reply(reply, to: number, worker: worker))
  }
}
