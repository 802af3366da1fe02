/// The accounts of listeners and of endpoints by their names, which outlive the configurations that name them.
struct Accounts: Sendable {
  private struct EndpointName: Hashable {
    let backend: String
    let endpoint: String
  }

  private let workers: Int
  // lookup only: by the listener's name.
  private var listeners: [String: ListenerAccount] = [:]
  // lookup only: by name.
  private var endpoints: [EndpointName: EndpointAccount] = [:]

  init(workers: Int) { self.workers = workers }

  var listenerCount: Int { listeners.count }

  /// The account of a listener, a new one where its name has none.
  mutating func account(of listener: Listener) -> ListenerAccount {
    let account = listeners[listener.name] ?? ListenerAccount(listener, workers: workers)
    listeners[listener.name] = account
    return account
  }

  /// Those of a backend's endpoints, in their order.
  mutating func endpoints(of backend: Backend) -> [EndpointAccount] {
    backend.endpoints.map { endpoint in
      let name = EndpointName(backend: backend.name, endpoint: endpoint.name)
      let account = endpoints[name] ?? EndpointAccount(backend: backend.name, name: endpoint.name)
      endpoints[name] = account
      return account
    }
  }

  /// Keeps the accounts that a route has.
  mutating func adopt(_ route: Route) {
    listeners[route.listener.name] = route.account
    for account in route.endpoints {
      endpoints[EndpointName(backend: account.backend, endpoint: account.name)] = account
    }
  }

  /// Lets go of accounts that the generation does not name. Whoever has a session or a socket of the name has its
  /// account, too: a new one beside that would count anew.
  mutating func forget(but generation: Generation) {
    Self.forget(&listeners, but: Set(generation.routes.map(\.listener.name)))
    Self.forget(
      &endpoints,
      but: Set(
        generation.routes.flatMap(\.endpoints).map { EndpointName(backend: $0.backend, endpoint: $0.name) }))
  }

  private static func forget<Name: Hashable, Account: AnyObject>(
    _ accounts: inout [Name: Account], but kept: Set<Name>  // lookup only: the names there are.
  ) {
    for name in accounts.keys.filter({ !kept.contains($0) }) where isKnownUniquelyReferenced(&accounts[name]!) {
      accounts[name] = nil
    }
  }
}
