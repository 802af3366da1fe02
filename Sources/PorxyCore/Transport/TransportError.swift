/// Why a control call could not be begun.
public struct TransportError: Error, Sendable, Equatable {
  public let failure: Failure
  /// What was attempted, for a person: "bind", "listen", "connect"; each transport has its own steps.
  public let operation: StaticString

  public init(_ failure: Failure, during operation: StaticString) {
    self.failure = failure
    self.operation = operation
  }

  public static func == (a: TransportError, b: TransportError) -> Bool {
    a.failure == b.failure && a.operation.description == b.operation.description
  }
}
