import PorxyCore

@testable import porxy

/// Looks at backends of several endpoints.
extension Overview {
  /// The porxy with stalled sessions, whose backend has an endpoint of each kind: none but one of them gets sessions.
  static var oneDown: Overview {
    var overview = stalled
    overview.backends[0].host = "6 endpoints, 3 not ready"
    overview.endpoints = [
      Endpoint(
        backend: "app", name: "10.0.0.8:80", state: .down, reason: "refused",
        failures: [.init(result: "refused", count: 41)]),
      Endpoint(
        backend: "app", name: "10.0.0.9:80", state: .troubled, reason: "timed out", sessions: 3,
        connectMedian: .milliseconds(250), connectSlowest: .seconds(3),
        failures: [.init(result: "refused", count: 3), .init(result: "timed_out", count: 120_000)]),
      Endpoint(
        backend: "app", name: "10.0.0.10:80", state: .draining, reason: "administrator", sessions: 7,
        connectMedian: .microseconds(900), connectSlowest: .milliseconds(20)),
      Endpoint(
        backend: "app", name: "10.0.0.11:80", state: .up, reason: "full", sessions: 100, sessionsMax: 100,
        connectMedian: .microseconds(700), connectSlowest: .milliseconds(4)),
      Endpoint(
        backend: "app", name: "10.0.0.7:80", state: .up, sessions: 4, sessionsMax: 100,
        connectMedian: .microseconds(850), connectSlowest: .milliseconds(35)),
      Endpoint(backend: "app", name: "10.0.1.9:80", state: .up, reason: "stands by"),
      Endpoint(backend: "smtp", name: "192.0.2.25:25", reason: "not checked yet", sessions: 2),
    ]
    overview.head.endpoints = overview.endpoints.count
    return overview
  }

  /// As many endpoints as a look has of still more, a few of which get no sessions.
  static var fleet: Overview {
    var overview = usual
    overview.endpoints = (0..<endpointsMax).map { number in
      let endpoint = Endpoint(
        backend: number < 500 ? "app" : "smtp", name: "server-\(number).example.org:5432", state: .up, sessions: number)
      return number < 5 ? Endpoint(backend: "app", name: endpoint.name, state: .down, reason: "timed out") : endpoint
    }
    overview.head.endpoints = 2400
    return overview
  }

  /// A second before, when two attempts less had failed.
  static var oneDownBefore: Overview {
    var overview = oneDown
    overview.head.up -= .seconds(1)
    overview.endpoints[0].failures[0].count -= 2
    return overview
  }
}
