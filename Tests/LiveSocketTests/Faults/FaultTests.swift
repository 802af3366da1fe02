import Glibc
import TestSupport
import Testing

@testable import porxy

/// FAULTS, on real sockets: what peers' kernels see of a fault, and that the same ones come again.
@Suite(.enabled(if: Relay.isPorxy, "it is about porxy itself"), .paced) struct FaultTests {
  private static func porxy(_ server: ServerSocket, _ plan: String..., seed: Int = 1) throws -> ProxyProcess {
    let lines = plan.map { "    - \($0)\n" }.joined()
    return try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "faults:\n  seed: v1:0x\(seed)\n  plan:\n\(lines)")
  }

  private static func faults(_ proxy: ProxyProcess) -> [String] { proxy.sessions.map { $0["faults"] ?? "none" } }

  @Test("a latency holds bytes and the end behind them, for as long as it says")
  func delays() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "latency to client 400ms")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    client.say(5)
    #expect(backend.hear(5).count == 5)
    let begun = ContinuousClock.now
    backend.say(300_000)
    backend.close()
    #expect(client.hear(1).count == 1)
    #expect(ContinuousClock.now - begun >= .milliseconds(400))
    #expect(client.hearAll() == Received(count: 299_999, end: "END"))
    client.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(Self.faults(proxy) == ["latency-1"] && proxy.sessions.first?.ending == "backend end")
    let event = try #require(proxy.log.first { $0["event"] == "fault" })
    #expect(event["what"] == "latency to client 400ms" && event["listener"] == "in0" && event["session"] == "1")
    #expect(proxy.holdsNothing())
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a reset behind so many bytes: the one side sees it behind these, the other at once")
  func resets() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "reset by backend at 100000B as torn")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    client.say(5)
    #expect(backend.hear(5).count == 5)
    backend.say(99_999)
    #expect(client.hear(99_999).count == 99_999)
    backend.say(1000)
    #expect(client.hearAll() == Received(count: 1, end: "ECONNRESET"))
    #expect(backend.hearAll() == Received(count: 0, end: "ECONNRESET"))
    #expect(proxy.tells(ofSessions: 1))
    #expect(Self.faults(proxy) == ["torn"] && proxy.sessions.first?.ending == "backend reset")
    #expect(proxy.sessions.first?[count: "bytes_to_client"] == 100_000)
    #expect(proxy.holdsNothing())
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a connection that lasts can be reset, too")
  func resetsLater() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "reset by client after 1200ms")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    client.say(5)
    #expect(client.hearAll().end == "ECONNRESET")
    #expect(backend.hearAll() == Received(count: 5, end: "ECONNRESET"))
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.sessions.first?.ending == "client reset" && Self.faults(proxy) == ["reset-1"])
    #expect(proxy.stop() == "exit 0")
  }

  @Test("an end behind so many bytes leaves the other direction open")
  func ends() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "end by backend at 70000B")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    backend.say(80_000)
    #expect(client.hearAll() == Received(count: 70_000, end: "END"))
    client.say(9)
    #expect(backend.hear(9).count == 9)
    client.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.sessions.first?.ending == "backend end" && Self.faults(proxy) == ["end-1"])
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a stalled client reads and sends nothing, until it does again")
  func stalls() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "stall client for 700ms at 5")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    let begun = ContinuousClock.now
    client.say(5)
    #expect(backend.hear(5).count == 5)
    backend.say(1000)
    client.say(8)
    #expect(client.hear(1000).count == 1000)
    #expect(ContinuousClock.now - begun >= .milliseconds(700))
    #expect(backend.hear(8).count == 8)
    client.close()
    backend.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(Self.faults(proxy) == ["stall-1"])
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a backend that refuses the first session resets its client, and has seen nothing")
  func refuses() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "refuse backend of session 1", "slow backend 300ms of session 2")
    #expect(try Peer.refusal(at: proxy.fronts[0]) == "ECONNRESET")
    let begun = ContinuousClock.now
    let client = try Peer.connect(to: proxy.fronts[0])
    client.say(5)
    let backend = try server.accept()
    #expect(ContinuousClock.now - begun >= .milliseconds(300))
    #expect(backend.hear(5).count == 5)
    client.close()
    backend.close()
    #expect(proxy.tells(ofSessions: 2))
    #expect(proxy.sessions.first?.ending == "backend refused")
    #expect(proxy.sessions.first?["error"] == "connection refused")
    #expect(Self.faults(proxy) == ["refuse-1", "slow-1"])
    #expect(server.staysAlone(.milliseconds(100)))
    #expect(proxy.stop() == "exit 0")
  }

  /// Segments that this kernel has dropped for want of hops (IP_MINTTL).
  static func droppedSegments() throws -> Int {
    let table = String(decoding: try File.read("/proc/net/netstat", atMost: 1 << 16), as: UTF8.self)
    let rows = table.split(separator: "\n").filter { $0.hasPrefix("TcpExt:") }.map { $0.split(separator: " ") }
    guard rows.count == 2, let place = rows[0].firstIndex(of: "TCPMinTTLDrop") else { return 0 }
    return Int(rows[1][place]) ?? 0
  }

  @Test("behind a partition the kernel drops the backend's segments, and both sides' bytes come when it is over")
  func separates() throws {
    let server = try ServerSocket.listening()
    let proxy = try Self.porxy(server, "partition backend for 700ms at 5")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    let (begun, dropped) = (ContinuousClock.now, try Self.droppedSegments())
    backend.say(5)
    #expect(client.hear(5).count == 5)
    client.say(8)
    backend.say(9)
    #expect(client.hear(9).count == 9 && backend.hear(8).count == 8)
    #expect(ContinuousClock.now - begun >= .milliseconds(700))
    #expect(try Self.droppedSegments() > dropped)
    client.close()
    backend.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(Self.faults(proxy) == ["partition-1"])
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a backend whose acknowledgements are lost for good has vanished, after the kernel's timeout")
  func vanishes() throws {
    let server = try ServerSocket.listening()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"],
      extra: "faults: {plan: [one way partition from backend at 5B]}\ntimeouts: {user: 1s}")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    backend.say(5)
    #expect(client.hear(5).count == 5)
    client.say(8)
    #expect(backend.hear(8).count == 8)
    #expect(client.hearAll().end == "ECONNRESET")
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.sessions.first?.ending == "backend vanished" && Self.faults(proxy) == ["one-way-partition-1"])
    #expect(proxy.stop() == "exit 0")
  }

  /// What became of each of so many sessions, one after the other.
  private static func workload(_ sessions: Int) throws -> (seen: [String], faults: [String], ended: String) {
    let server = try ServerSocket.listening()
    let proxy = try porxy(
      server, "reset by backend at 3000B 30% of sessions", "end by backend at 100B every 7th",
      "latency to client 2ms jitter 3ms 20% of sessions", "refuse backend 10% of sessions",
      "slices to backend 100B 15% of sessions", seed: 42)
    var seen: [String] = []
    for _ in 0..<sessions {
      // A client that is refused never gets to the server, and may be reset before it knows that it has connected.
      guard let client = try? Peer.connect(to: proxy.fronts[0]) else {
        seen.append("refused")
        continue
      }
      client.say(500)
      if client.wait(for: POLLIN | POLLHUP, until: { server.socket.wait(for: POLLIN, by: Deadline(in: .zero)) != 0 }) {
        let backend = try server.accept()
        let heard = backend.hear(500)
        backend.say(5000)
        backend.finish()
        client.finish()
        let answer = client.hearAll()
        seen.append("\(heard) / \(answer)")
        backend.close()
      } else {
        seen.append("refused")
      }
      client.close()
    }
    _ = proxy.tells(ofSessions: sessions)
    let met = proxy.sessions.compactMap { record in
      record["faults"].map { names in
        // Whether a client's bytes, on which another fault acts, come before it is refused, is up to the client.
        "\(record["session"] ?? ""): \(names.contains("refuse-1") ? "refuse-1" : names)"
      }
    }
    return (seen, met.sorted(), proxy.stop())
  }

  @Test("the same sessions meet the same faults, and see the same, again and again")
  func repeats() throws {
    let first = try Self.workload(200)
    #expect(first.ended == "exit 0")
    #expect((60..<200).contains(first.faults.count), "\(first.faults)")
    for _ in 0..<(LongTests.areAsked ? 19 : 2) {
      let again = try Self.workload(200)
      #expect(again.seen == first.seen && again.faults == first.faults)
    }
  }
}

extension Peer {
  /// Waits until something else is there: true; or this end has something, and the other still is not there: false.
  fileprivate func wait(for events: Int32, until isThere: () -> Bool) -> Bool {
    var isReady = false
    _ = Deadline.usual.awaits {
      isReady = isThere()
      return isReady || socket.wait(for: Int32(events), by: Deadline(in: .zero)) != 0
    }
    return isReady || isThere()
  }
}
