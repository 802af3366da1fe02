/// What the outside wants to know of a worker while it serves, or to be done there.
///
/// A worker answers in the turn that takes it, and only what takes little time: what could be long is asked for in
/// parts, one a turn.
public enum Inquiry: Sendable, Equatable {
  /// Whether it still takes turns.
  case ping
  /// What it has counted since its start.
  case meters
}

/// What a worker answers to an `Inquiry`.
public enum Reply: Sendable, Equatable {
  /// To `ping`.
  case alive
  /// To `meters`: a copy of the counters.
  case meters(WorkerMeters)
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
  mutating func take(_ inquiry: Inquiry, number: UInt32, on transport: inout IO) {
    let reply: Reply
    switch inquiry {
    case .ping: reply = .alive
    case .meters: reply = .meters(readMeters(on: &transport))
    }
    answers.append(.reply(reply, to: number, worker: worker))
  }
}
