import Glibc
import Synchronization
import TestSupport
import Testing

@testable import porxy

/// FAULTS that befall a listener or a name as a whole, on real sockets; and those that go by what a client says first.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct WholeFaultTests {
  private static func faults(_ stage: AdminStage, _ words: String...) throws -> String {
    try Invocation(["faults"] + words + ["--admin", stage.path]).output
  }

  @Test("a listener refuses while the fault lasts, keeps its port, and its sessions go on")
  func refuses() throws {
    let stage = try AdminStage(extra: "workers: 2\nfaults: {plan: []}")
    let session = try stage.session()
    let front = stage.proxy.fronts[0]
    #expect(try Self.faults(stage, "add", "refuse on in0 as shut") == "added shut\n")
    for _ in 0..<8 { #expect { try Peer.connect(to: front) } throws: { ($0 as? SocketFailure)?.code == ECONNREFUSED } }
    let stranger = try PeerSocket(family: front.family)
    stranger.set(SOL_SOCKET, SO_REUSEADDR, 1)
    #expect { try stranger.bind(to: front) } throws: { ($0 as? SocketFailure)?.code == EADDRINUSE }
    #expect(AdminStage.isAlive(session))
    #expect(try Self.faults(stage, "list").hasSuffix("shut\t1\trefuse on in0 as shut\n"))
    #expect(try Self.faults(stage, "remove", "shut") == "removed shut\n")
    for _ in 0..<8 {
      let next = try stage.session()
      #expect(AdminStage.isAlive(next))
      next.client.reset()
    }
    session.client.reset()
    let told = stage.proxy.log.filter { $0["event"] == "fault" }
    #expect(told.count == 1 && told.first?["listener"] == "in0" && told.first?["session"] == nil, "\(told)")
    #expect(try stage.ask("GET", "/metrics").body.contains("porxy_faults_total{listener=\"in0\",fault=\"shut\"} 1\n"))
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("a lost SYN is dropped by the kernel, and sent again until it is heard")
  func losesCalls() throws {
    let stage = try AdminStage(extra: "workers: 1\nfaults: {plan: [syn lost as deaf]}")
    let client = try PeerSocket(family: stage.proxy.fronts[0].family)
    let dropped = try FaultTests.droppedSegments()
    #expect(try !client.connect(to: stage.proxy.fronts[0]))
    #expect(try Deadline.usual.awaits { try FaultTests.droppedSegments() > dropped })
    #expect(try Self.faults(stage, "remove", "deaf") == "removed deaf\n")
    #expect(client.wait(for: POLLOUT, by: .usual) & POLLOUT != 0)
    #expect(client.takeError() == 0)
    client.reset()
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("clients connect to a listener that accepts late or never, and wait")
  func acceptsLate() throws {
    let stage = try AdminStage(extra: "workers: 2\nfaults: {plan: [slow accept 400ms as lazy]}")
    let begun = ContinuousClock.now
    let clients = try (0..<6).map { number in
      let client = try Peer.connect(to: stage.proxy.fronts[0])
      client.say(number + 1)
      return client
    }
    var counts: [Int] = []
    for _ in clients {
      let server = try stage.server.accept()
      counts.append(server.hear(6, by: Deadline(in: .milliseconds(200))).count)
      server.reset()
    }
    #expect(ContinuousClock.now - begun >= .milliseconds(400))
    #expect(counts.sorted() == [1, 2, 3, 4, 5, 6])
    #expect(try Self.faults(stage, "change", "lazy", "never accept") == "changed lazy\n")
    let client = try Peer.connect(to: stage.proxy.fronts[0])
    client.say(7)
    #expect(stage.server.staysAlone(.milliseconds(300)) && client.staysOpen(.milliseconds(1)))
    #expect(try Self.faults(stage, "remove", "lazy") == "removed lazy\n")
    let served = try stage.server.accept()
    #expect(served.hear(7).count == 7)
    served.reset()
    #expect(stage.proxy.stop() == "exit 0")
  }

  @Test("a name is answered as the fault says, and the file on the command line is read again at each reload")
  func answersNames() throws {
    let folder = TemporaryFolder()
    let file = folder.write("changed resolution to 127.0.0.1 of name db.invalid  # not there\n", as: "db.faults")
    let server = try ServerSocket.listening()
    let proxy = try ProxyProcess(
      to: ["db.invalid \(server.address.port)"], extra: "workers: 1", options: ["--faults", file])
    let client = try Peer.connect(to: proxy.fronts[0])
    client.say(5)
    #expect(try server.accept().hear(5).count == 5)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "fault" && $0["host"] == "db.invalid" } })
    client.reset()
    TemporaryFolder.rewrite(file, as: "stall client as hung\nstall moon\n")
    proxy.child.signal(SIGHUP)
    #expect(
      Deadline.usual.awaits {
        proxy.log.contains { $0["event"] == "reload-mistake" && ($0["at"] ?? "").hasSuffix("db.faults:2:7") }
      }, "\(proxy.child.output)")
    TemporaryFolder.rewrite(file, as: "refuse as shut\n")
    proxy.child.signal(SIGHUP)
    #expect(
      Deadline.usual.awaits {
        guard let served = try? Peer.connect(to: proxy.fronts[0]) else { return true }
        served.reset()
        return false
      }, "\(proxy.child.output)")
    #expect(proxy.stop() == "exit 0")
    let wrong = folder.write("stall moon\nrefuse on mars\n", as: "wrong.faults")
    let refused = try Invocation(["--config", proxy.config, "--faults", wrong])
    #expect(refused.ending == "exit 2" && refused.output.contains(":1:7: error: \"moon\" is no side"))
    TemporaryFolder.rewrite(wrong, as: "\n  refuse on mars\n")
    let unknown = try Invocation(["--config", proxy.config, "--faults", wrong])
    #expect(unknown.ending == "exit 2")
    #expect(unknown.output.contains(":2:3: error: there is no listener \"mars\""))
  }

  @Test("one bit of one byte is another one, however the bytes come, and the record says so")
  func corrupts() throws {
    let server = try ServerSocket.listening()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"],
      extra: "faults: {plan: [corrupt by backend at 4B, corrupt by client at 9 of session 2]}")
    for number in 1...2 {
      let client = try Peer.connect(to: proxy.fronts[0])
      let backend = try server.accept()
      backend.send("hello world")
      #expect(String(decoding: client.receive(exactly: 11), as: UTF8.self) == "helln world")
      client.send("good")
      #expect(String(decoding: backend.receive(exactly: 4), as: UTF8.self) == "good")
      client.send("morning")
      let heard = String(decoding: backend.receive(exactly: 7), as: UTF8.self)
      #expect(heard == (number == 1 ? "morning" : "morniog"))
      client.close()
      backend.close()
    }
    #expect(proxy.tells(ofSessions: 2))
    #expect(proxy.sessions.map { $0["faults"] } == ["corrupt-1", "corrupt-1,corrupt-2"])
    #expect(proxy.stop() == "exit 0")
  }

  /// What each of so many sessions saw, by what its client says first; eight at a time, in any order.
  private static func workload(_ sessions: Int) throws -> [String] {
    let server = try ServerSocket.listening()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"],
      extra: """
        workers: 2
        faults:
          seed: v1:0x2a
          plan:
            - reset by backend at 3000B 30% of sessions keyed by first 16B as torn
            - latency to backend 1ms jitter 3ms 20% of sessions keyed by first 16B
        """)
    let answering = Thread {
      for _ in 0..<sessions {
        guard let peer = try? server.accept() else { return }
        let asked = peer.receive(exactly: 32)
        if asked.count == 32 { peer.say(5000) }
        peer.close()
      }
    }
    let seen = Mutex<[String]>([])
    let next = Atomic<Int>(0)
    let callers = (0..<8).map { _ in
      Thread {
        while true {  // bound: the sessions
          let number = next.add(1, ordering: .relaxed).oldValue
          guard number < sessions, let client = try? Peer.connect(to: proxy.fronts[0]) else { return }
          let key = "request-\(String(number + 10_000))-abc"
          client.send(key + String(repeating: "x", count: 32 - key.utf8.count))
          let heard = client.hearAll()
          client.close()
          seen.withLock { $0.append("\(key): \(heard)") }
        }
      }
    }
    for thread in callers { thread.join() }
    _ = proxy.tells(ofSessions: sessions)
    answering.join()
    return seen.withLock { $0.sorted() }
  }

  @Test("what a client says first decides what it meets, in any order and with two workers")
  func goesByWhatIsSaid() throws {
    let first = try Self.workload(200)
    #expect(first.count == 200)
    for end in ["ECONNRESET", "5000 bytes then END"] {
      #expect(first.count { $0.contains(end) } >= 5, "\(end): \(first)")
    }
    for _ in 0..<(LongTests.areAsked ? 19 : 2) { #expect(try Self.workload(200) == first) }
  }
}
