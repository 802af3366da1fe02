import PorxyCore

// Which endpoints a look shows, and what of them.
extension Overview {
  /// Fills in the endpoints of the backends that listeners lead to. Those of one plain endpoint are told by their
  /// backend alone.
  mutating func addEndpoints(of generation: Generation, _ totals: MeterTotals, at now: Instant) {
    // lookup only: by the backend's name.
    let routes = Dictionary(generation.routes.map { ($0.backend.name, $0) }, uniquingKeysWith: { first, _ in first })
    // No more of any rank than fit into a look: there may be a million in all.
    var ranked = [[Endpoint]](repeating: [], count: Endpoint.Rank.allCases.count)
    for backend in generation.configuration.backends {
      guard let accounts = routes[backend.name]?.endpoints else { continue }
      let states = zip(backend.endpoints, accounts).map { EndpointState($0, $1, at: now) }
      guard !backend.isPlain || states.contains(where: \.isDrained) else { continue }
      head.endpoints += states.count
      for endpoint in Endpoint.all(of: backend, states) where ranked[endpoint.rank.rawValue].count < Self.endpointsMax {
        ranked[endpoint.rank.rawValue].append(endpoint)
      }
    }
    endpoints = Array(ranked.joined().prefix(Self.endpointsMax))
    guard !endpoints.isEmpty else { return }
    // lookup only: places by the names of backend and endpoint.
    let meters = Dictionary(
      totals.endpoints.enumerated().map { ([$1.backend, $1.name], $0) }, uniquingKeysWith: { first, _ in first })
    for index in endpoints.indices {
      guard let place = meters[[endpoints[index].backend, endpoints[index].name]] else { continue }
      endpoints[index].fill(from: totals.endpoints[place])
    }
  }
}

extension Overview.Endpoint {
  /// Those of a backend, in their order, without what was counted.
  fileprivate static func all(of backend: Backend, _ states: [EndpointState]) -> [Self] {
    var all = zip(backend.endpoints, states).map { Self($0, $1, isChecked: backend.health != nil) }
    let usable = all.indices.filter { !all[$0].isPassedOver }
    let primaries = usable.filter { !backend.endpoints[$0].isBackup }
    let next = primaries.isEmpty ? usable : primaries
    // `usable` and `next` are in order, so that one walk finds who is missing.
    var place = 0
    for index in usable {
      let isNext = place < next.count && next[place] == index
      if isNext { place += 1 }
      if !isNext || (backend.balance == .first && place > 1) { all[index].reason = "stands by" }
    }
    return all
  }

  private init(_ endpoint: BackendEndpoint, _ state: EndpointState, isChecked: Bool) {
    self.init(backend: state.backend, name: state.name)
    sessions = state.sessions
    sessionsMax = endpoint.sessionsMax
    if state.isDrained {
      (self.state, reason) = (.draining, endpoint.isDrained ? "configuration" : "administrator")
    } else if state.health == .down {
      (self.state, reason) = (.down, state.problem?.reason)
    } else if let trouble = state.trouble {
      (self.state, reason) = (.troubled, trouble.label.spaced)
    } else {
      self.state = state.health == .up ? .up : .unknown
      if rank == .full {
        reason = "full"
      } else if self.state == .unknown {
        reason = isChecked ? state.problem?.reason ?? "not checked yet" : "no checks"
      }
    }
  }

  /// What all workers have counted of it.
  fileprivate mutating func fill(from meter: EndpointMeter) {
    (connectMedian, connectSlowest) = meter.connects.usualAndSlowest
    failures = .init(AttemptResult.failures.map { ($0, meter.attempts($0)) })
  }
}

extension Backend {
  /// There is nothing to tell of its endpoint that is not told of the backend.
  fileprivate var isPlain: Bool { endpoints.count == 1 && health == nil && endpoints[0].sessionsMax == nil }
}

extension CheckResult {
  /// For a person, in a word or two.
  fileprivate var reason: String {
    switch self {
    case .notMade: "cannot be checked"
    case .unexpected: "unexpected answer"
    case .ok, .refused, .unreachable, .timedOut, .failed: label.spaced
    }
  }
}

extension String {
  /// Words that a label joins.
  fileprivate var spaced: String { String(map { $0 == "_" ? " " : $0 }) }
}

extension AttemptResult {
  /// Those that count as failures.
  static var failures: [AttemptResult] { allCases.filter { ![.connected, .lostRace, .abandoned].contains($0) } }
}

extension [Overview.Backend.Failures] {
  /// Of those that there have been.
  init(_ counts: [(result: AttemptResult, count: UInt64)]) {
    self = counts.filter { $0.count > 0 }.map { Element(result: $0.result.label, count: $0.count) }
  }
}

extension Histogram {
  /// Half of the times to connect took no longer than the first, and 99 of 100 no longer than the second.
  var usualAndSlowest: (Duration?, Duration?) {
    let bounds = Scale.connects.bounds
    let counts = (0...bounds.count).map { self[$0] }
    return (
      Overview.time(within: 0.5, bounds: bounds, counts: counts),
      Overview.time(within: 0.99, bounds: bounds, counts: counts)
    )
  }
}
