import Synchronization

/// Keeps starting a program and letting go of a descriptor apart.
///
/// Until it runs its program, a child has a copy of every descriptor of this process. What a test closes meanwhile
/// stays open, and a listening socket goes on listening.
public enum Spawning {
  private static let lock = Mutex(())

  /// Starts a child, or closes what has to be closed at once.
  public static func apart<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
    lock._unsafeLock()
    defer { lock._unsafeUnlock() }
    return try body()
  }
}
