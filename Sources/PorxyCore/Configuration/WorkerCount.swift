/// How many threads relay.
public enum WorkerCount: Sendable, Equatable {
  /// One a processor that the process may run on.
  case auto
  case fixed(Int)
}
