/// The outcome of taking a client from a listener's queue.
public enum Acceptance: Sendable, Equatable {
  /// A client, connected from this address.
  case accepted(SocketID, from: Endpoint)
  /// Nobody waits; an event tells when somebody does.
  case drained
  /// Nobody was taken; whoever waits goes on waiting. Shortages last, everything else is worth another try at once
  /// (R14, R15).
  case failed(Failure)
}
