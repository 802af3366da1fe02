import Glibc
import TestSupport
import Testing

/// STOP with `timeouts.notice`: clients are accepted for a while after the first signal.
@Suite(.paced) struct NoticeTests {
  private let server: ServerSocket

  init() throws {
    server = try ServerSocket.listening()
  }

  private func porxy(_ extra: String) throws -> ProxyProcess {
    try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], extra: extra)
  }

  private func begins(_ proxy: ProxyProcess) -> Bool {
    Deadline.usual.awaits { proxy.log.contains { $0["event"] == "notice-began" } }
  }

  @Test("clients that come within the notice are served, and porxy drains behind it")
  func acceptsForAWhile() throws {
    let proxy = try porxy("timeouts: {notice: 1500ms}")
    proxy.child.signal(SIGTERM)
    #expect(begins(proxy))
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    client.say(5)
    #expect(backend.hear(5).count == 5)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "draining" } })
    #expect(throws: (any Error).self) { try Peer.connect(to: proxy.fronts[0]) }
    client.close()
    backend.close()
    #expect(proxy.child.waitForExit() == "exit 0")
    let events = proxy.log.compactMap { $0["event"] }.filter {
      ["stop-signal", "notice-began", "draining"].contains($0)
    }
    #expect(events == ["stop-signal", "notice-began", "draining"])
    #expect(proxy.log.first { $0["event"] == "notice-began" }?["notice_ms"] == "1500.000")
  }

  @Test("a second signal within the notice ends porxy at once")
  func endsAtTheSecondSignal() throws {
    let proxy = try porxy("timeouts: {notice: 1h}")
    let client = try Peer.connect(to: proxy.fronts[0])
    client.say(1)
    #expect(try server.accept().hear(1).count == 1)
    proxy.child.signal(SIGTERM)
    #expect(begins(proxy))
    proxy.child.signal(SIGINT)
    #expect(proxy.child.waitForExit() == "exit 1")
    #expect(client.waitForReset())
  }

  @Test("the configuration can be reloaded within the notice, and other signals are answered")
  func reloadsMeanwhile() throws {
    let proxy = try porxy("timeouts: {notice: 1h}\nlog: {level: info, format: json}")
    proxy.child.signal(SIGTERM)
    #expect(begins(proxy))
    proxy.child.signal(SIGHUP)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "reload-done" } })
    proxy.child.signal(SIGUSR1)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "signal-ignored" } })
    #expect((try? Peer.connect(to: proxy.fronts[0])) != nil)
    proxy.child.signal(SIGTERM)
    #expect(proxy.child.waitForExit() == "exit 1")
  }

  @Test("a reload changes how long the notice will be")
  func isReloaded() throws {
    let proxy = try porxy("timeouts: {notice: 1h}")
    let text = TemporaryFolder.read(proxy.config)
    TemporaryFolder.replace(proxy.config, by: text.replacing("notice: 1h", with: "notice: 0s"))
    proxy.child.signal(SIGHUP)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "reload-done" } })
    #expect(proxy.stop() == "exit 0")
    #expect(!proxy.log.contains { $0["event"] == "notice-began" })
  }
}
