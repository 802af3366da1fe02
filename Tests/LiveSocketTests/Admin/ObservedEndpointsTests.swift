import TestSupport
import Testing

@testable import porxy

/// What a running porxy tells of the endpoints of its backends.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct ObservedEndpointsTests {
  private let folder = TemporaryFolder()

  /// A porxy in front of a server that refuses and one that serves, in this order.
  private func start(_ keys: String) throws -> (proxy: ProxyProcess, refusing: ServerSocket, serving: ServerSocket) {
    let (refusing, serving) = (try ServerSocket(), try ServerSocket.listening())
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(refusing.address.port) 127.0.0.1 \(serving.address.port)"],
      extra: "workers: 2\nadmin: {socket: \"\(folder.path)/admin.sock\"}", backend: keys)
    return (proxy, refusing, serving)
  }

  private func ask(_ method: String, _ target: String) throws -> AdminClient.Answer {
    try AdminClient(path: "\(folder.path)/admin.sock").ask(method, target)
  }

  private func endpoints() throws -> [Overview.Endpoint] {
    try Overview(json: Array(try ask("GET", "/overview").body.dropLast().utf8)).endpoints
  }

  private func shows(_ isShown: ([Overview.Endpoint]) -> Bool) -> Bool {
    Deadline.usual.awaits { (try? endpoints()).map(isShown) ?? false }
  }

  @Test("one that is down is first and says what checks found; sessions and drains are seen at the other one")
  func tellsOfChecks() throws {
    let (proxy, refusing, serving) = try start("health: {check: listening, every: 1s, timeout: 900ms}")
    let name = "127.0.0.1:\(refusing.address.port)"
    #expect(shows { $0.map(\.stateText) == ["down: refused", "up"] && $0[0].name == name })
    let client = try Peer.connect(to: proxy.fronts[0])
    let server = try serving.accept()
    #expect(shows { $0[1].sessions == 1 && $0[1].connectMedian != nil && $0[1].backend == "out0" })
    let other = "/backends/out0/endpoints/127.0.0.1:\(serving.address.port)"
    #expect(try ask("POST", "\(other)/drain").status == 200)
    #expect(try endpoints().map(\.stateText) == ["down: refused", "draining: administrator"])
    #expect(try ask("POST", "\(other)/ready").status == 200)
    refusing.listen()
    #expect(shows { $0.map(\.stateText) == ["up", "up"] && $0[1].sessions == 1 })
    for peer in [client, server] { peer.close() }
    #expect(shows { $0.map(\.sessions) == [0, 0] })
    #expect(proxy.stop() == "exit 0")
  }

  @Test("one that refused a session is troubled, and its attempts are counted")
  func tellsOfTrouble() throws {
    let (proxy, refusing, serving) = try start("balance: first")
    #expect(try endpoints().map(\.stateText) == ["unknown: no checks", "unknown: stands by"])
    _ = try Peer.connect(to: proxy.fronts[0])
    _ = try serving.accept()
    #expect(shows { $0.map(\.stateText) == ["troubled: refused", "unknown: no checks"] })
    let endpoints = try endpoints()
    #expect(endpoints.map(\.failures.text) == ["1 refused", ""])
    #expect(endpoints[0].name.hasSuffix(":\(refusing.address.port)"))
    #expect(
      try Invocation("top", "--once", "--interval", "100ms", "--admin", "\(folder.path)/admin.sock")
        .output.contains("\n !out0     \(endpoints[0].name) "))
  }
}
