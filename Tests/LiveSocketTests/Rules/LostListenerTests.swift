import Glibc
import TestSupport
import Testing

@testable import porxy

/// ALONE: nobody's session ends because somebody destroys a listening socket.
@Suite(
  .needs(.ss),
  .enabled(if: ServerSocket.canBeDestroyed, "destroying sockets needs root and CONFIG_INET_DIAG_DESTROY"), .paced)
struct LostListenerTests {
  @Test("it is opened again, the log says so, and sessions go on", arguments: [1, 2])
  func opensItAgain(workers: Int) throws {
    let server = try ServerSocket()
    server.listen()
    let target = "127.0.0.1 \(server.address.port)"
    let proxy = try ProxyProcess(to: [target, target], extra: "workers: \(workers)")
    let client = try Peer.connect(to: proxy.fronts[1])
    let backend = try server.accept()
    let neighbour = try Peer.connect(to: proxy.fronts[0])
    let other = try server.accept()
    // One call of `ss` destroys one worker's socket or all of them.
    for round in 1...3 {
      ServerSocket.destroy(proxy.fronts[0])
      let isBack = Deadline.usual.awaits {
        proxy.log.count { $0["event"] == "listener-restored" } >= round
      }
      #expect(isBack, "\(proxy.child.output)")
      // What was restored may be another worker's, of the call before.
      var late: Peer?
      let isReached = Deadline.usual.awaits {
        late = try? Peer.connect(to: proxy.fronts[0])
        return late != nil
      }
      #expect(isReached)
      late?.say(round)
      let served = try server.accept()
      #expect(served.hear(round).count == round)
      late?.close()
      served.close()
    }
    let lost = proxy.log.filter { $0["event"] == "listener-lost" }
    #expect(!lost.isEmpty && lost.allSatisfy { $0["listener"] == "in0" && $0["error"] == "error 22" }, "\(lost)")
    for (one, another) in [(client, backend), (neighbour, other)] {
      one.say(5)
      #expect(another.hear(5).count == 5)
    }
    #expect(proxy.stop(by: Deadline(in: .zero)) == "still running")
    for peer in [client, backend, neighbour, other] { peer.close() }
    #expect(proxy.child.waitForExit() == "exit 0")
  }

  @Test("one that an administrator has paused is opened again at once, and stays paused")
  func opensAPausedOneAgain() throws {
    let stage = try AdminStage(extra: "workers: 1")
    #expect(stage.status("POST", "/listeners/in0/pause") == 200)
    ServerSocket.destroy(stage.proxy.fronts[0])
    #expect(Deadline.usual.awaits { stage.proxy.log.contains { $0["event"] == "listener-restored" } })
    let client = try Peer.connect(to: stage.proxy.fronts[0])
    client.say(4)
    #expect(client.staysOpen(.milliseconds(200)))
    #expect(try stage.ask("GET", "/sessions").body.contains("\"matching\":0"))
    #expect(try stage.ask("GET", "/metrics").body.contains("porxy_listener_paused{listener=\"in0\"} 1\n"))
    #expect(stage.status("POST", "/listeners/in0/resume") == 200)
    #expect(try stage.server.accept().hear(4).count == 4)
  }

  @Test(
    "where the port cannot be had, it is tried again, told once a second at most, and sessions go on",
    .enabled(if: RefusingLibrary.path != nil, "needs a C compiler (Debian package gcc), not found in the PATH"))
  func triesAgain() throws {
    let server = try ServerSocket()
    server.listen()
    let target = "127.0.0.1 \(server.address.port)"
    // Each listener was bound twice at the start: to see whether the port is free, and to have it.
    let proxy = try ProxyProcess(
      to: [target, target], extra: "workers: 1",
      within: RefusingLibrary.prefix([
        "REFUSE_CALL=bind", "REFUSE_ERRNO=\(EADDRINUSE)", "REFUSE_AFTER=4", "REFUSE_TIMES=5",
      ]))
    let client = try Peer.connect(to: proxy.fronts[1])
    let backend = try server.accept()
    let begun = ContinuousClock.now
    ServerSocket.destroy(proxy.fronts[0])
    #expect(
      Deadline.usual.awaits { proxy.log.contains { $0["event"] == "listener-restored" } }, "\(proxy.child.output)")
    // At once, and then after 100, 200, 400 and 800 milliseconds, of which none came to nothing.
    #expect(.now - begun > .milliseconds(1400))
    let told = proxy.log.filter { $0["event"] == "listener-lost" }.map { $0["error"] }
    #expect(told == ["error 22", "address in use"], "\(told)")
    let late = try Peer.connect(to: proxy.fronts[0])
    late.say(3)
    #expect(try server.accept().hear(3).count == 3)
    client.say(5)
    #expect(backend.hear(5).count == 5)
  }
}
