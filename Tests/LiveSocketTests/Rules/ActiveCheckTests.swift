import Glibc
import TestSupport
import Testing

/// HEALTH, on real sockets: what a server's kernel makes of a check, and what this kernel says of who listens.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct ActiveCheckTests {
  private static let fast = "every: 100ms, timeout: 90ms"

  private static func porxy(_ server: ServerSocket, _ health: String, more: String = "") throws -> ProxyProcess {
    try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], backend: "health: {\(health)}\(more)")
  }

  private static func count(_ event: String, _ proxy: ProxyProcess) -> Int { proxy.log.count { $0["event"] == event } }

  @Test("a check that connects is an end in order, again and again, and no session")
  func endsInOrder() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "check: connect, fall: 10, \(Self.fast)")
    for _ in 0..<20 {
      let peer = try server.accept()
      #expect(peer.hearAll().end == "END")
      #expect(peer.socket.takeError() == 0)
      peer.close()
    }
    #expect(proxy.sessionCount == 0)
    #expect(proxy.stop() == "exit 0")
    #expect(Self.count("endpoint-down", proxy) == 0)
  }

  @Test("a server that goes and comes back is told of once each time")
  func tellsOfChanges() throws {
    let server = try ServerSocket()
    let proxy = try Self.porxy(server, "check: connect, fall: 3, \(Self.fast)")
    #expect(Deadline.usual.awaits { Self.count("endpoint-down", proxy) == 1 })
    server.listen()
    #expect(Deadline.usual.awaits { Self.count("endpoint-up", proxy) == 1 })
    let down = try #require(proxy.log.first { $0["event"] == "endpoint-down" })
    #expect(down["endpoint"] == "127.0.0.1:\(server.address.port)" && down["reason"] == "connection refused")
    #expect(proxy.stop() == "exit 0")
    #expect(Self.count("endpoint-down", proxy) == 1 && Self.count("endpoint-up", proxy) == 1)
  }

  @Test("the kernel says who listens, and nobody connects")
  func asksTheKernel() throws {
    let server = try ServerSocket()
    let proxy = try Self.porxy(server, "check: listening, \(Self.fast)")
    #expect(Deadline.usual.awaits { Self.count("endpoint-down", proxy) == 1 })
    #expect(proxy.log.first { $0["event"] == "endpoint-down" }?["reason"] == "not listening")
    server.listen()
    #expect(Deadline.usual.awaits { Self.count("endpoint-up", proxy) == 1 })
    #expect(server.staysAlone(.milliseconds(500)))
    server.close()
    #expect(Deadline.usual.awaits { Self.count("endpoint-down", proxy) == 2 })
    #expect(proxy.stop() == "exit 0")
    #expect(Self.count("endpoint-unchecked", proxy) == 0)
  }

  @Test("sessions of an endpoint that is down are reset where they are to be")
  func resetsSessions() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "check: connect, every: 1h, timeout: 1s, fall: 1", more: ", on_down: reset")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    server.close()
    // A session that is refused has the endpoint looked at.
    #expect(try Peer.refusal(at: proxy.fronts[0]) == "ECONNRESET")
    #expect(client.hearAll().end == "ECONNRESET")
    #expect(backend.hearAll().end == "ECONNRESET")
    #expect(proxy.tells(ofSessions: 2))
    #expect(proxy.sessions.contains { $0["how"] == "down" && $0["ended_by"] == "porxy" }, "\(proxy.child.output)")
    for peer in [client, backend] { peer.close() }
    #expect(proxy.stop() == "exit 0")
  }

  @Test("an address that is not this machine's cannot be looked at by asking its kernel")
  func refusesOthers() throws {
    let error = #expect(throws: ProxyProcess.NotRunning.self) {
      try ProxyProcess(to: ["192.0.2.1 9"], backend: "health: {check: listening}")
    }
    #expect(error?.output.contains("192.0.2.1 is not an address of this machine") == true, "\(error?.output ?? "")")
  }
}
