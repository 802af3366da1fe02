/// Why the peers of a scenario could not be set up on this machine.
public struct LiveFailure: Error, Sendable, CustomStringConvertible {
  /// What was tried, and how the kernel answered.
  public let description: String
}
