/// A route as one worker serves it, and how many of its sessions and listening sockets do so.
@usableFromInline
struct Plan {
  @usableFromInline let route: Route
  @usableFromInline let timeouts: SessionTimeouts
  /// In the worker's backends.
  @usableFromInline let backend: UInt32
  /// The place of what its sessions are counted by, in the worker's meters.
  @usableFromInline let meter: UInt32
  /// Sessions and open listening endpoints that have it. It goes with the last of them.
  @usableFromInline var users = 0
  /// When its sessions' drain time began, because its listener is gone (`when_removed: drain`).
  @usableFromInline var drainsSince: Instant?

  @usableFromInline
  init(_ route: Route, backend: UInt32, meter: UInt32) {
    self.route = route
    self.backend = backend
    self.meter = meter
    timeouts = SessionTimeouts(route.listener, route.backend)
  }
}

// Plans of the worker: each session keeps the one that it began with, whatever the configuration says by then.
extension Proxy where IO: ~Copyable {
  /// As many plans as a session's field can name.
  @usableFromInline static var plansMax: UInt32 { UInt32(UInt16.max) }

  /// A plan for a route, without users yet.
  @inlinable
  mutating func makePlan(for route: Route) -> UInt32 {
    let meter = meters.place(ofListener: route.listener.name, backend: route.backend.name)
    let index = plans.insert(Plan(route, backend: backend(of: route), meter: meter))
    invariant(index <= Self.plansMax, "a worker has no more plans than a session can name")
    return index
  }

  /// What the worker knows of a backend, which the plans of equal backends share.
  @inlinable
  mutating func backend(of route: Route) -> UInt32 {
    if let known = backendPlaces[route.backend.name], backends[known].backend == route.backend {
      backends[known].plans += 1
      return known
    }
    let name = route.backend.name
    let index = backends.insert(KnownBackend(route.backend, meter: meters.place(ofBackend: name)))
    let known = route.backend.endpoints.map { endpoint in
      endpoints.insert(
        KnownEndpoint(
          endpoint, of: index, route.backend.resolve, shared.names,
          meter: meters.place(ofEndpoint: endpoint.name, of: name)))
    }
    backends[index].endpoints = known
    backendPlaces[name] = index
    return index
  }

  /// A session or a listening endpoint of the plan is there.
  @inlinable
  mutating func join(_ plan: UInt32) { plans[plan].users += 1 }

  /// A session or a listening endpoint of the plan is gone.
  @inlinable
  mutating func leave(_ plan: UInt32) {
    plans[plan].users -= 1
    if plans[plan].users == 0 { drop(plan) }
  }

  @inlinable
  mutating func drop(_ plan: UInt32) {
    let backend = plans[plan].backend
    plans.remove(plan)
    backends[backend].plans -= 1
    guard backends[backend].plans == 0 else { return }
    let name = backends[backend].backend.name
    if backendPlaces[name] == backend { backendPlaces[name] = nil }
    for endpoint in backends[backend].endpoints {
      answered.removeAll { $0 == endpoint }
      shortEndpoints.removeAll { $0 == endpoint }
      endpoints.remove(endpoint)
    }
    backends.remove(backend)
  }
}
