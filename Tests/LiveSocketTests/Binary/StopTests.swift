import Glibc
import TestSupport
import Testing

/// Signals, and the end of the process (STOP).
@Suite(.paced) struct StopTests {
  @Test(
    "after a signal open sessions finish, nobody else is let in, and porxy ends well",
    arguments: [SIGTERM, SIGINT, SIGQUIT])
  func drains(_ signal: Int32) throws {
    let stage = try Stage(through: "workers: 2")
    let proxy = try #require(stage.proxy)
    let (client, server) = try stage.pair()
    #expect(client.say(1000) == "sent")
    proxy.child.signal(signal)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "draining" } })
    #expect(proxy.log.first { $0["event"] == "draining" }?[count: "sessions"] == 1)
    #expect(throws: SocketFailure.self) { try Peer.connect(to: stage.front) }

    #expect(server.hear(1000).count == 1000)
    _ = server.say(500)
    #expect(client.hear(500).count == 500)
    #expect(proxy.child.isRunning)
    client.close()
    #expect(server.hear(1).end == "END")
    server.close()
    #expect(proxy.child.waitForExit() == "exit 0")
    #expect(proxy.sessions.map(\.ending) == ["client end"])
    #expect(proxy.log.first { $0["event"] == "drained" }?[count: "sessions_reset"] == 0)
    #expect(proxy.log.last?["event"] == "stopped")
  }

  @Test("what is left at the end of the drain time is reset, and porxy ends well")
  func resetsAfterTheDrainTime() throws {
    let stage = try Stage(through: "timeouts: {drain: 50ms}")
    let proxy = try #require(stage.proxy)
    let (client, server) = try stage.pair()
    #expect(proxy.stop() == "exit 0")
    #expect(client.waitForReset())
    #expect(server.waitForReset())
    #expect(proxy.sessions.map(\.ending) == ["porxy shutdown"])
  }

  @Test(
    "a second signal ends porxy at once, and its code says that sessions were cut", arguments: [SIGINT, SIGQUIT])
  func endsAtOnce(_ second: Int32) throws {
    let stage = try Stage(through: "timeouts: {drain: 1h}")
    let proxy = try #require(stage.proxy)
    let (client, server) = try stage.pair()
    proxy.child.signal(SIGTERM)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "draining" } })
    proxy.child.signal(second)
    #expect(proxy.child.waitForExit() == "exit 1")
    #expect(client.waitForReset())
    #expect(server.waitForReset())
    let name = second == SIGINT ? "SIGINT" : "SIGQUIT"
    #expect(proxy.log.filter { $0["event"] == "stop-signal" }.map { $0["signal"] } == ["SIGTERM", name])
  }

  @Test("a trap is not silent, even where the Swift runtime has no backtrace to show")
  func tellsOfItsOwnDeath() throws {
    let folder = TemporaryFolder()
    let front = try ServerSocket()
    let config = folder.write(
      """
      listeners: [{name: in, backend: out, address: 127.0.0.1, port: \(front.address.port)}]
      backends: [{name: out, host: 127.0.0.1, port: 9}]
      """, as: "config.yaml")
    let script = "SWIFT_BACKTRACE=enable=no exec \"$0\" --config \"$1\""
    let child = try ChildProcess("/bin/sh", ["-c", script, Relay.binary, config], in: folder)
    #expect(child.writes("porxy runs"))
    child.signal(SIGILL)
    #expect(child.waitForExit() == "signal \(SIGILL)")
    #expect(child.output.contains("porxy: killed by SIGILL from process \(getpid()); all its sessions are cut."))
  }

  @Test("the level of the log is kept")
  func isSilentWhenAskedTo() throws {
    let stage = try Stage(through: "log: {level: error, format: json}")
    let proxy = try #require(stage.proxy)
    let (client, server) = try stage.pair()
    client.close()
    server.close()
    #expect(proxy.stop() == "exit 0")
    #expect(proxy.child.output == "")
  }

  @Test("one line for each listener, and one that porxy runs")
  func tellsOfItsStart() throws {
    let proxy = try ProxyProcess(to: ["127.0.0.1 9", "127.0.0.1 9"], extra: "workers: 3")
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "started" } })
    #expect(proxy.log.map { $0["event"] } == ["listening", "listening", "started"])
    #expect(proxy.log.last?[count: "workers"] == 3)
    #expect(proxy.stop() == "exit 0")
  }
}
