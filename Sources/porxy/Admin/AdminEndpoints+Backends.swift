import PorxyAdmin
import PorxyCore
import PorxyRuntime

/// What an administrator may have done with an endpoint of a backend (ADMIN).
enum EndpointRequest: String, CaseIterable, Sendable {
  /// It gets no new sessions; those that it has go on.
  case drain
  /// It gets new sessions again.
  case ready
}

// Backends and their endpoints: what is known of them, and an administrator's marks.
extension AdminEndpoints {
  var backendRoutes: [AdminRoute] {
    [
      AdminRoute(.get, "/backends", from: .reads) { _, _ in .now(.json(.ok, page.backends)) },
      AdminRoute(.get, "/backends/*/endpoints/*", from: .reads) { request, _ in .now(look(at: request)) },
      AdminRoute(.post, "/backends/*/endpoints/*/drain", from: .everything) { .now(mark(.drain, $0, $1)) },
      AdminRoute(.post, "/backends/*/endpoints/*/ready", from: .everything) { .now(mark(.ready, $0, $1)) },
    ]
  }

  /// The endpoint that a path names; nil where there is none.
  private func endpoint(_ request: Request) -> (setting: BackendEndpoint, account: EndpointAccount)? {
    let (backend, name) = (request.path[1], request.path[3])
    guard let route = shared.generation.routes.first(where: { $0.backend.name == backend }) else { return nil }
    return zip(route.backend.endpoints, route.endpoints).first { $0.1.name == name }.map { ($0, $1) }
  }

  private static func missing(_ request: Request) -> Response {
    .text(.notFound, "no listener leads to an endpoint \(request.path[3]) of a backend \(request.path[1])\n")
  }

  private func look(at request: Request) -> Response {
    guard let (setting, account) = endpoint(request) else { return Self.missing(request) }
    let object = StatusPage.object(of: setting, account, at: SystemInfo.monotonicClock)
    return Self.wantsText(request) ? .text(.ok, "\(account.sessions)\n") : .json(.ok, object.text)
  }

  private func mark(_ what: EndpointRequest, _ request: Request, _ ticket: AdminTicket) -> Response {
    guard let (setting, account) = endpoint(request) else { return Self.missing(request) }
    reports.note(
      .adminChange(user: ticket.user, what: "\(what.rawValue) endpoint \(account.backend)/\(account.name)"))
    account.mark(isDrained: what == .drain)
    guard what == .drain || !setting.isDrained else {
      return .text(.conflict, "the configuration has \"drain: true\" for it: take that back and reload\n")
    }
    return .text(.ok, what == .drain ? "drained, sessions: \(account.sessions)\n" : "ready\n")
  }
}

extension StatusPage {
  /// What is known of an endpoint.
  static func object(of setting: BackendEndpoint, _ account: EndpointAccount, at now: Instant) -> JSONObject {
    var object = JSONObject()
    object.add("name", setting.name)
    object.add("host", setting.host.text)
    object.add("port", setting.port.map(Int.init))
    object.add("state", EndpointState(setting, account, at: now).word)
    object.add("sessions", account.sessions)
    object.add("sessions_max", setting.sessionsMax)
    object.add("weight", setting.weight)
    object.add("backup", setting.isBackup)
    return object
  }

  /// An array with an object for each backend.
  var backends: String {
    let (generation, now) = (shared.generation, SystemInfo.monotonicClock)
    let objects = generation.configuration.backends.map { backend in
      var object = JSONObject()
      object.add("name", backend.name)
      object.add("host", backend.host.text)
      object.add("port", backend.port.map(Int.init))
      let routes = generation.routes.filter { $0.backend.name == backend.name }
      object.add("listeners", routes.map(\.listener.name))
      object.add("balance", backend.balance.rawValue)
      let accounts = routes.first?.endpoints ?? []
      object.add("endpoints", zip(backend.endpoints, accounts).map { Self.object(of: $0, $1, at: now) })
      return object.text
    }
    return "[\(objects.joined(separator: ",\n"))]"
  }
}

extension Backend.Host {
  /// As the configuration has it.
  var text: String {
    switch self {
    case .address(let address): "\(address)"
    case .name(let name): name
    }
  }
}

extension EndpointState {
  /// For a person, and for programs.
  var word: String {
    if isDrained { return "drained" }
    if health == .down { return "down" }
    return isTroubled ? "troubled" : "ready"
  }
}
