/// Why a listener leaves its clients waiting (ACCEPT).
public enum PauseReason: Sendable, Equatable {
  /// As many sessions as the limit on all of them.
  case sessionsMax
  /// As many sessions as the limit of this listener.
  case listenerSessionsMax
  /// The kernel said so: descriptors, memory or ports.
  case shortage(Failure)
}
