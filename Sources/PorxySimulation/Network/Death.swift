/// How a process came to its end.
public enum Death: Sendable, Equatable {
  /// Its kernel ends its connections, or resets them where bytes were unread.
  case killed
  /// Its kernel is gone too; nobody is told.
  case lostPower
}
