package import PorxyCore
package import PorxyFaults

/// What runs the proxies of the API.
package protocol ProxyHost {
  /// The address to listen on for a name.
  mutating func address(of name: String) throws(HostFailure) -> IPAddress

  /// Accepts clients from its return on, and says where; with port 0, at any port.
  mutating func start(
    _ proxy: String, at endpoint: Endpoint, to upstream: String, _ plan: FaultPlan
  ) throws(HostFailure) -> Endpoint

  /// Resets its connections, and returns when its port is free.
  mutating func stop(_ proxy: String)

  /// The sessions of a proxy that runs meet the plan from its return on.
  mutating func change(_ proxy: String, to plan: FaultPlan)

  /// Bytes of a proxy that runs: from clients, and to them.
  mutating func traffic(of proxy: String) -> ProxyTraffic
}

/// Why a proxy cannot run, for the client of the API.
package struct HostFailure: Error, Sendable, Equatable {
  package let message: String

  package init(_ message: String) { self.message = message }
}

/// Bytes that a proxy has relayed since it runs.
package struct ProxyTraffic: Sendable, Equatable {
  /// From clients to the server.
  package var upstream: UInt64
  /// From the server to clients.
  package var downstream: UInt64

  package init(upstream: UInt64 = 0, downstream: UInt64 = 0) {
    (self.upstream, self.downstream) = (upstream, downstream)
  }
}
