import Synchronization

/// What came of a body that another thread runs.
final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>>(.failure(Missing("the outcome of a thread")))

  func settle(_ body: () throws -> Value) {
    let settled = Result { try body() }
    result.withLock { $0 = settled }
  }

  func get() throws -> Value { try result.withLock { $0 }.get() }
}
