extension Thread {
  /// Runs a body that waits a lot on a thread of its own: the pool that asynchronous tests share has few.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try body() }) }.detach()
    }
  }
}
