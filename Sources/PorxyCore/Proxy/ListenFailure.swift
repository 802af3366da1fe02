/// A listener that could not be opened.
public struct ListenFailure: Sendable, Equatable {
  /// Index in `Configuration.listeners`.
  public let listener: Int
  public let endpoint: Endpoint
  public let error: TransportError
}
