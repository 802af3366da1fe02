import Synchronization

/// A listener and the backend that it leads to, as one generation of the configuration has them.
///
/// Its identity is the listener's name, by which counts, the log and metrics know it: no place in a list, which another
/// configuration may give to another listener. A session keeps the route that it began with.
public final class Route: Sendable {
  public let listener: Listener
  public let backend: Backend
  /// What the workers count of the listener, whatever generation their sessions are of.
  public let account: ListenerAccount
  /// What the workers know of the backend's endpoints, in their order.
  public let endpoints: [EndpointAccount]
  /// The number of the generation that it came with.
  public let generation: Int

  init(
    _ listener: Listener, _ backend: Backend, _ account: ListenerAccount, _ endpoints: [EndpointAccount],
    generation: Int
  ) {
    self.listener = listener
    self.backend = backend
    self.account = account
    self.endpoints = endpoints
    self.generation = generation
  }

  /// Whether the endpoint at a place gets no session, as the configuration or an administrator wants it.
  @usableFromInline
  func isDrained(_ place: Int) -> Bool { backend.endpoints[place].isDrained || endpoints[place].isMarkedDrained }

  /// Whether sessions would be served the same by the other one.
  @usableFromInline
  func isSame(as other: Route) -> Bool {
    // The backend's place in its configuration means nothing outside of it.
    var theirs = other.listener
    theirs.backend = listener.backend
    return listener == theirs && backend == other.backend
  }
}

/// What belongs to a listener's name as long as the process lives, shared by the workers.
public final class ListenerAccount: Sendable {
  public let name: String
  /// The limit on the listener's sessions.
  @usableFromInline let sessions: SessionQuota
  /// When the log last heard of a pause: a listener that pauses often does not silence the others.
  @usableFromInline let pauses = Notice()
  /// When the log last heard that one of its sessions would come back to where it had been.
  @usableFromInline let loops = Notice()

  /// Whether it listens, where it has `mirror`.
  @usableFromInline let mirror: MirrorState

  /// Places for its sessions that are taken, in all workers.
  public var placesTaken: Int { sessions.taken }

  init(_ listener: Listener, workers: Int) {
    name = listener.name
    mirror = MirrorState(isOpen: !listener.isMirror)
    sessions = SessionQuota(listener.sessionsMax ?? SessionQuota.unlimited, workers: workers)
  }
}

/// One configuration that the process runs, with its routes.
public final class Generation: Sendable {
  /// How many configurations there have been, this one among them.
  public let number: Int
  public let configuration: Configuration
  /// In the order of the configuration's listeners.
  public let routes: [Route]
  /// An endpoint that porxy listens on.
  private struct ListeningAddress {
    let address: IPAddress
    let takesV4: Bool
    let listener: String
  }

  // lookup only: by port.
  private let listening: [UInt16: [ListeningAddress]]

  init(_ configuration: Configuration, _ routes: [Route], number: Int) {
    self.number = number
    self.configuration = configuration
    self.routes = routes
    // lookup only: by port.
    var listening: [UInt16: [ListeningAddress]] = [:]
    for listener in configuration.listeners {
      for endpoint in listener.endpoints {
        let takesV4 = endpoint.address.family == .v4 || listener.isDualStack
        let address = ListeningAddress(address: endpoint.address, takesV4: takesV4, listener: listener.name)
        listening[endpoint.port] = (listening[endpoint.port] ?? []) + [address]
      }
    }
    self.listening = listening
  }

  /// What became of the listeners of another generation in this one.
  public func changes(since old: Generation) -> ListenerChanges {
    // lookup only: by the listener's name.
    var routes: [String: Route] = [:]
    for route in old.routes { routes[route.listener.name] = route }
    var changes = ListenerChanges()
    for route in self.routes {
      guard let before = routes.removeValue(forKey: route.listener.name) else {
        changes.added += 1
        continue
      }
      if before.isSame(as: route) { changes.unchanged += 1 } else { changes.changed += 1 }
    }
    changes.removed = routes.count
    return changes
  }

  /// Whether one of the listeners has this port: if none has, nothing can lead back.
  @usableFromInline
  func hasListener(onPort port: UInt16) -> Bool { listening[port] != nil }

  /// The name of the listener that a connection to this endpoint reaches; nil: none of porxy's. `isOwn` says whether an
  /// address is one of this machine's.
  @usableFromInline
  func listener(at endpoint: Endpoint, isOwn: (IPAddress) -> Bool) -> String? {
    let address = endpoint.address.reached
    var isOwnKnown: Bool?
    for candidate in listening[endpoint.port] ?? [] {
      if candidate.address == address { return candidate.listener }
      guard candidate.address.isAny, address.family == .v4 ? candidate.takesV4 : candidate.address.family == .v6 else {
        continue
      }
      let its = isOwnKnown ?? (address.isLoopback || isOwn(address))
      isOwnKnown = its
      if its { return candidate.listener }
    }
    return nil
  }
}

extension Generation {
  /// How the endpoints of its backends do, each once, in the order of the configuration; those of backends that no
  /// listener leads to are left out.
  public func endpointStates(at now: Instant) -> [EndpointState] {
    var states: [EndpointState] = []
    for backend in configuration.backends {
      guard let route = routes.first(where: { $0.backend.name == backend.name }) else { continue }
      for (endpoint, account) in zip(backend.endpoints, route.endpoints) {
        states.append(EndpointState(endpoint, account, at: now))
      }
    }
    return states
  }
}

/// How many listeners a change of the configuration has added, changed, removed and left alone.
public struct ListenerChanges: Sendable, Equatable {
  public internal(set) var added = 0
  public internal(set) var changed = 0
  public internal(set) var removed = 0
  public internal(set) var unchanged = 0

  /// None.
  public init() {}
}

extension IPAddress {
  /// The address that a connection to this one reaches: "any" means the machine itself (R18), and an IPv4 address may
  /// be written as an IPv6 one.
  @usableFromInline
  var reached: IPAddress {
    if isMappedV4 { return IPAddress(v4: UInt32(truncatingIfNeeded: low)).reached }
    guard isAny else { return self }
    return family == .v4 ? .loopbackV4 : .loopbackV6
  }
}

/// What the proxies of all workers share: everything that means the process and not one of its workers.
public final class SharedState: Sendable {
  public let admission: Admission
  public let names = NameStore()
  /// What chance among equal endpoints, and the times of active checks, are drawn from.
  @usableFromInline let seed: UInt64
  @usableFromInline let ownConnections = OwnConnections()
  /// Where the workers' listeners are.
  @usableFromInline let places = HeldPlaces()
  private let workers: Int
  private let state: Mutex<State>

  private struct State {
    var accounts: Accounts
    var current: Generation
    var next: Generation?
  }

  /// Of a configuration; `sessionsMax` and `attemptsMax` are what the machine allows, `workers` share it. From `seed`
  /// follows which of several endpoints a session gets where chance decides, and when active checks come.
  public init(
    _ configuration: Configuration, sessionsMax: Int, attemptsMax: Int = 1 << 20, workers: Int = 1, seed: UInt64 = 0
  ) {
    self.workers = workers
    self.seed = seed
    admission = Admission(
      sessionsMax: min(sessionsMax, configuration.limits.sessionsMax ?? .max), attemptsMax: attemptsMax,
      workers: workers)
    var accounts = Accounts(workers: workers)
    let first = Self.generation(of: configuration, number: 1, &accounts)
    state = Mutex(State(accounts: accounts, current: first))
  }

  /// The configuration that new workers begin with.
  public var generation: Generation { state.withLock { $0.current } }

  /// The configuration that workers prepare for; nil outside of a reload.
  public var next: Generation? { state.withLock { $0.next } }

  /// Makes the routes of another configuration, for the workers to prepare for; listeners keep their accounts by name.
  public func prepare(_ configuration: Configuration) {
    state.withLock { state in
      var accounts = state.accounts
      state.next = Self.generation(of: configuration, number: state.current.number + 1, &accounts)
    }
  }

  /// From now on the limits are those of the configuration that was prepared; `sessionsMax` is what the machine allows.
  /// Workers may serve by it.
  public func carryOut(sessionsMax: Int) {
    state.withLock { state in
      guard let next = state.next else { return }
      for route in next.routes {
        state.accounts.adopt(route)
        // Should it get `mirror` later, it is open at first: it listens then.
        if !route.listener.isMirror { _ = route.account.mirror.open(at: Instant(nanoseconds: 0)) }
        route.account.sessions.change(to: route.listener.sessionsMax ?? SessionQuota.unlimited)
      }
      admission.change(sessionsMax: min(sessionsMax, next.configuration.limits.sessionsMax ?? .max))
    }
  }

  /// The reload is over: all workers serve by the new configuration (`isDone`), or by the one that they had.
  public func finishReload(isDone: Bool) {
    state.withLock { state in
      if isDone, let next = state.next { state.current = next }
      state.next = nil
      guard isDone else { return }
      state.accounts.forget(but: state.current)
    }
  }

  /// Accounts of listeners that are kept: of all that there are, and of some that are gone.
  var accountCount: Int { state.withLock { $0.accounts.listenerCount } }

  private static func generation(
    of configuration: Configuration, number: Int, _ accounts: inout Accounts
  ) -> Generation {
    let endpoints = configuration.backends.map { accounts.endpoints(of: $0) }
    let routes = configuration.listeners.map { listener in
      Route(
        listener, configuration.backends[listener.backend], accounts.account(of: listener),
        endpoints[listener.backend], generation: number)
    }
    return Generation(configuration, routes, number: number)
  }
}

/// Where the listening sockets of all workers are: what takes a place that porxy has itself is no stranger.
@usableFromInline
final class HeldPlaces: Sendable {
  // lookup only: by port, and how many sockets each has.
  private let held = Mutex<[UInt16: [ListeningPlace: Int]]>([:])

  @usableFromInline
  init() {}

  @usableFromInline
  func enter(_ place: ListeningPlace) {
    held.withLock { $0[place.endpoint.port, default: [:]][place, default: 0] += 1 }
  }

  @usableFromInline
  func leave(_ place: ListeningPlace) {
    held.withLock { held in
      let port = place.endpoint.port
      guard let count = held[port]?[place] else { return }
      held[port]?[place] = count > 1 ? count - 1 : nil
      if held[port]?.isEmpty == true { held[port] = nil }
    }
  }

  /// Whether some of the sockets would take some of the place's clients.
  @usableFromInline
  func overlap(_ place: ListeningPlace) -> Bool {
    held.withLock { held in
      (held[place.endpoint.port] ?? [:]).keys.contains { other in
        let (one, two) = (other.endpoint.address, place.endpoint.address)
        return one == two || one.isAny || two.isAny
      }
    }
  }
}
