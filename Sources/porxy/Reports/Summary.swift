import PorxyCore

/// A configuration at a glance, a line a listener.
enum Summary {
  static func of(_ configuration: Configuration) -> String {
    configuration.listeners.map { listener in
      let backend = configuration.backends[listener.backend]
      let places = listener.endpoints.map(\.description).joined(separator: " and ")
      return "  \(listener.name): \(places) -> \(backend.name): \(target(of: backend))\n"
    }.joined()
  }

  private static func target(of backend: Backend) -> String {
    switch backend.host {
    case .address(let address): "\(Endpoint(address, backend.port))"
    case .name(let name): "\(name):\(backend.port)"
    }
  }
}
