/// Who listens where, found without comparing each with each.
struct OccupiedEndpoints {
  struct Holder {
    /// Index of the listener.
    var listener: Int
    /// Where it listens.
    var endpoint: Endpoint
    fileprivate var isDualStack: Bool
  }

  // lookup only: by endpoint.
  private var holders: [Endpoint: Holder] = [:]
  /// The first of each family at a port.
  // lookup only: by port.
  private var firstV4: [UInt16: Holder] = [:]
  // lookup only: by port.
  private var firstV6: [UInt16: Holder] = [:]
  /// Addresses that somebody listens on are this machine's.
  // lookup only: by address.
  private var local: Set<IPAddress> = []

  mutating func add(_ endpoint: Endpoint, isDualStack: Bool, listener: Int) {
    let holder = Holder(listener: listener, endpoint: endpoint, isDualStack: isDualStack)
    holders[endpoint] = holders[endpoint] ?? holder
    if endpoint.address.family == .v4 {
      firstV4[endpoint.port] = firstV4[endpoint.port] ?? holder
    } else {
      firstV6[endpoint.port] = firstV6[endpoint.port] ?? holder
    }
    if !endpoint.address.isAny { local.insert(endpoint.address) }
  }

  /// Who prevents a listener at the endpoint.
  func holder(of endpoint: Endpoint, isDualStack: Bool) -> Holder? {
    if let holder = covering(endpoint) { return holder }
    guard endpoint.address.isAny else { return nil }
    switch endpoint.address.family {
    case .v4: return firstV4[endpoint.port]
    case .v6: return firstV6[endpoint.port] ?? (isDualStack ? firstV4[endpoint.port] : nil)
    }
  }

  /// Who takes a client that connects to the endpoint from this machine.
  func acceptor(at endpoint: Endpoint) -> Holder? {
    if let holder = holders[endpoint] { return holder }
    return endpoint.address.isLoopback || local.contains(endpoint.address) ? covering(endpoint) : nil
  }

  /// Who listens at the very endpoint, or at all addresses and so at this one.
  private func covering(_ endpoint: Endpoint) -> Holder? {
    if let holder = holders[endpoint] { return holder }
    let all = holders[Endpoint(.anyV6, endpoint.port)]
    switch endpoint.address.family {
    case .v6: return all
    case .v4: return holders[Endpoint(.anyV4, endpoint.port)] ?? (all?.isDualStack == true ? all : nil)
    }
  }
}
