import PorxyCore
import PorxyFaults

@testable import PorxyAdmin
@testable import PorxyToxiproxy

/// A host without sockets: notes what it was told, and keeps its ports apart as a kernel does.
struct FakeHost: ProxyHost {
  private(set) var told: [String] = []
  private var ports: [String: Endpoint] = [:]
  private var nextPort: UInt16 = 40000

  mutating func address(of name: String) throws(HostFailure) -> IPAddress {
    guard name == "known" else { throw HostFailure("lookup \(name): no such host") }
    return .loopbackV4
  }

  mutating func start(
    _ proxy: String, at endpoint: Endpoint, to upstream: String, _ plan: FaultPlan
  ) throws(HostFailure) -> Endpoint {
    guard !ports.values.contains(endpoint) else {
      throw HostFailure("listen tcp \(endpoint): bind: address already in use")
    }
    var place = endpoint
    if endpoint.port == 0 {
      place = Endpoint(endpoint.address, nextPort)
      nextPort += 1
    }
    ports[proxy] = place
    told.append("start \(proxy) \(place) -> \(upstream)\(Self.text(plan))")
    return place
  }

  mutating func stop(_ proxy: String) {
    ports[proxy] = nil
    told.append("stop \(proxy)")
  }

  mutating func change(_ proxy: String, to plan: FaultPlan) { told.append("change \(proxy)\(Self.text(plan))") }

  mutating func traffic(of proxy: String) -> ProxyTraffic { ProxyTraffic(upstream: 12, downstream: 34) }

  private static func text(_ plan: FaultPlan) -> String {
    plan.faults.isEmpty ? "" : ": " + plan.faults.map { "\($0.text) (\($0.name))" }.joined(separator: ", ")
  }

  /// What it was told since the last call.
  mutating func takeTold() -> [String] {
    defer { told = [] }
    return told
  }
}

/// The API over a host without sockets, as its clients use it.
struct FakeToxiproxy {
  private(set) var api: ToxiproxyAPI<FakeHost>

  init(hasMetrics: Bool = false) { api = ToxiproxyAPI(FakeHost(), hasMetrics: hasMetrics, seed: 1) }

  mutating func ask(
    _ method: Request.Method, _ path: String, _ body: String = "", agent: String? = "toxiproxy-cli"
  ) -> (status: Int, body: String) {
    let response = respond(method, path, Array(body.utf8), agent: agent)
    return (response.status.rawValue, String(decoding: response.body, as: UTF8.self))
  }

  mutating func respond(
    _ method: Request.Method, _ path: String, _ body: [UInt8] = [], agent: String? = nil
  ) -> Response {
    let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    return api.answer(
      Request(
        method: method, path: path == "/" ? [] : parts, query: [], host: "localhost", keepsAlive: true, body: body,
        userAgent: agent))
  }

  mutating func takeTold() -> [String] { api.host.takeTold() }
}
