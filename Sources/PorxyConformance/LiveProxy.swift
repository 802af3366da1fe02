public import PorxyCore

/// A proxy that runs already: any program that passes TCP connections on.
public struct LiveProxy: Sendable {
  /// Where it listens.
  public var front: Endpoint
  /// Where it expects the server: a port of this machine, on which the scenario's server listens.
  public var backend: Endpoint
  /// For steps that are about porxy itself; nil for a proxy of which nothing is known.
  public var control: (any ProxyControl)?

  public init(front: Endpoint, backend: Endpoint, control: (any ProxyControl)? = nil) {
    self.front = front
    self.backend = backend
    self.control = control
  }
}
