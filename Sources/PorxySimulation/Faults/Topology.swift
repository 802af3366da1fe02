/// The hosts of a run by their parts, as far as drawing a plan needs to know them.
public struct Topology: Sendable, Equatable {
  public var clients: [String]
  /// The host whose view a `SimulatedTransport` is.
  public var proxy: String
  public var servers: [String]

  public init(clients: [String], proxy: String, servers: [String]) {
    self.clients = clients
    self.proxy = proxy
    self.servers = servers
  }

  var peers: [String] { clients + servers }
}
