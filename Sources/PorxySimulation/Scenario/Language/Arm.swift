/// Ways to run a scenario.
public enum Arm: String, Sendable, CaseIterable {
  /// Client and server with nothing between them but the network.
  case direct
  /// With a proxy between them.
  case proxied
}
