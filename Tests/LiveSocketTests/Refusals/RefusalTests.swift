import Glibc
import TestSupport
import Testing

/// Calls that porxy can do without, refused one by one: every session goes as before, and the log says so once.
@Suite(
  .enabled(if: RefusingLibrary.path != nil, "needs a C compiler (Debian package gcc), not found in the PATH"), .paced)
struct RefusalTests {
  private static let permits = Permits(4)

  @Test("a session does without the call", arguments: Refusal.all)
  func goesOn(without refusal: Refusal) async throws {
    try await Thread.run { try Self.permits.hold { try playSessions(refusal) } }
  }

  private func playSessions(_ refusal: Refusal) throws {
    let server = try ServerSocket()
    server.listen()
    // Free, and not only shared: that takes a call that may be refused.
    let free = try ServerSocket.reserved()
    free.close()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 2\ntimeouts: {user: 1h}", fronts: [free.address],
      within: RefusingLibrary.prefix(refusal.environment))
    func pair() throws -> (Peer, Peer) {
      (try Peer.connect(to: proxy.fronts[0], receiveBuffer: 65536), try server.accept())
    }

    // Bulk both ways at once, ended by both.
    let (first, other) = try pair()
    var exchange = Exchange(first, says: 3_000_000, other, says: 3_000_000, seed: 1)
    #expect(exchange.run() == ["3000000 bytes then END", "3000000 bytes then END"])
    first.close()
    other.close()

    // A half-close, and an answer behind it.
    let (client, backend) = try pair()
    #expect(client.say(200_000) == "sent")
    client.finish()
    #expect(backend.hearAll() == Received(count: 200_000, end: "END"))
    #expect(backend.say(5) == "sent")
    backend.close()
    #expect(client.hearAll() == Received(count: 5, end: "END"))
    client.close()

    // A reset behind bytes that arrive first.
    let (reader, writer) = try pair()
    #expect(writer.say(100_000) == "sent")
    #expect(writer.waitUntilTaken())
    writer.reset()
    #expect(reader.hearAll() == Received(count: 100_000, end: "ECONNRESET"))
    reader.close()

    // One that lasts, and so gets what short ones do without.
    let (patient, steady) = try pair()
    #expect(patient.staysOpen(.milliseconds(1200)))
    #expect(steady.say(70_000) == "sent")
    steady.close()
    #expect(patient.hearAll() == Received(count: 70_000, end: "END"))
    patient.close()

    #expect(proxy.tells(ofSessions: 4))
    let endings = proxy.sessions.map(\.ending)
    #expect(endings.count { $0 == "backend reset" } == 1 && endings.count { $0.hasSuffix(" end") } == 3, "\(endings)")
    #expect(proxy.sessions.allSatisfy { [nil, "connection reset"].contains($0["error"]) })
    let told = proxy.log.filter { $0["event"] == "call-refused" }.compactMap { $0["call"] }
    #expect(Set(told).count == told.count, "each once: \(told)")
    if let name = refusal.told { #expect(told.contains(name), "\(told)") }
    #expect(proxy.holdsNothing())
    #expect(proxy.stop() == "exit 0")
  }

  @Test("bytes in a pipe get out to a reader that is slow, though splice is refused from then on")
  func emptiesPipes() throws {
    let server = try ServerSocket()
    server.listen()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 1\nrelay: splice",
      within: RefusingLibrary.prefix(["REFUSE_CALL=splice", "REFUSE_ERRNO=\(EINVAL)", "REFUSE_AFTER=40"]))
    let client = try Peer.connect(to: proxy.fronts[0], receiveBuffer: 4096)
    let backend = try server.accept()
    let filled = backend.fill(quiet: .milliseconds(500))
    #expect(filled.end == "BLOCKED")
    backend.finish()
    #expect(client.hearAll() == Received(count: filled.count, end: "END"))
    #expect(Deadline.usual.awaits { proxy.log.count { $0["event"] == "call-refused" } == 1 })
  }

  @Test("without SIOCOUTQ and TCP_INFO a reset waits for bytes under way, but not for long")
  func resetsWithoutKnowing() throws {
    let server = try ServerSocket()
    server.listen()
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"],
      within: RefusingLibrary.prefix(["REFUSE_CALL=ioctl", "REFUSE_ERRNO=\(ENOTTY)"]))
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    backend.say(50_000)
    #expect(backend.waitUntilTaken())
    backend.reset()
    #expect(client.hearAll(by: Deadline(in: .seconds(5))) == Received(count: 50_000, end: "ECONNRESET"))
  }

  /// What no kernel says, and what one says once in a blue moon.
  private static let oddities: [(call: String, code: Int32)] = [
    ("recv", EINVAL), ("recv", ENOMEM), ("recv", EPERM), ("send", EINVAL), ("send", EPERM), ("send", 0),
    ("splice", EIO), ("splice", ENOMEM), ("shutdown", EINVAL), ("getsockopt", EBADF), ("setsockopt", EBADF),
    ("ioctl", EBADF), ("connect", EINVAL), ("connect", EPERM), ("socket", ENOSYS), ("epoll_ctl", EPERM),
    ("epoll_wait", EBADF), ("epoll_wait", EINVAL), ("accept", EIO), ("pipe2", EINVAL), ("getsockname", EBADF),
  ]

  @Test("an odd error of a call ends a session at most, blames no peer, and all others go on", arguments: oddities)
  func survives(call: String, code: Int32) async throws {
    try await Thread.run { try Self.permits.hold { try playOdd(call, code) } }
  }

  private static func isOwn(_ error: String) -> Bool {
    ["error", "not permitted", "memory"].contains { error.hasPrefix($0) }
  }

  private func playOdd(_ call: String, _ code: Int32) throws {
    let server = try ServerSocket()
    server.listen()
    // What porxy needs to start is let through.
    let after = ["setsockopt": 20, "epoll_ctl": 3, "epoll_wait": 4, "socket": 4][call] ?? 0
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 1\nrelay: splice",
      within: RefusingLibrary.prefix([
        "REFUSE_CALL=\(call)", "REFUSE_ERRNO=\(code)", "REFUSE_AFTER=\(after)", "REFUSE_TIMES=2",
      ]))
    for _ in 0..<6 {
      guard let client = try? Peer.connect(to: proxy.fronts[0]) else { continue }
      client.say(50_000)
      client.finish()
      if let backend = try? server.accept(by: Deadline(in: .milliseconds(500))) {
        _ = backend.hearAll(by: Deadline(in: .seconds(1)))
        backend.close()
      }
      _ = client.hearAll(by: Deadline(in: .seconds(1)))
      client.close()
    }
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    var exchange = Exchange(client, says: 300_000, backend, says: 300_000, seed: 1)
    #expect(exchange.run() == ["300000 bytes then END", "300000 bytes then END"])
    let blames = proxy.sessions.filter {
      Self.isOwn($0["error"] ?? "")
        && $0["ended_by"] != "porxy" && $0["how"] != "refused"
    }
    #expect(blames.isEmpty, "\(blames)")
    client.close()
    backend.close()
    #expect(proxy.holdsNothing())
    #expect(proxy.stop() == "exit 0")
  }

  /// The kernel counts what each user watches (max_user_watches), and says ENOSPC where that is too much.
  @Test("without room for another watch, accepting pauses and goes on later", arguments: [ENOSPC, ENOMEM])
  func runsOutOfWatches(code: Int32) throws {
    let server = try ServerSocket()
    server.listen()
    // Watched at first: the mailbox, and the listener on each of the proxy's addresses.
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "workers: 1",
      within: RefusingLibrary.prefix([
        "REFUSE_CALL=epoll_ctl", "REFUSE_ERRNO=\(code)", "REFUSE_AFTER=2", "REFUSE_TIMES=2",
      ]))
    // A reset may come before connect has returned.
    let clients = (0..<10).compactMap { _ in try? Peer.connect(to: proxy.fronts[0]) }
    var served: [Peer] = []
    while let peer = try? server.accept(by: Deadline(in: .seconds(1))) { served.append(peer) }
    // Who was taken in vain is reset, one for each try; all others wait.
    #expect(clients.count { $0.hearForNow().end == "OPEN" } == 8)
    #expect(served.count == 8)
    let pauses = proxy.log.filter { $0["event"] == "listener-paused" }
    #expect(pauses.count == 1 && pauses[0]["reason"] == "memory exhausted", "\(pauses)")
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "listener-resumed" } })
    for peer in clients + served { peer.close() }
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a kernel without IPv6: '*' is all IPv4 addresses, and '::' says what to do")
  func listensWithoutIPv6() throws {
    let server = try ServerSocket()
    server.listen()
    let front = try ServerSocket()
    let port = front.address.port
    front.close()
    let folder = TemporaryFolder()
    func configuration(_ address: String) -> String {
      folder.write(
        """
        listeners: [{name: in, backend: out, address: "\(address)", port: \(port)}]
        backends: [{name: out, host: 127.0.0.1, port: \(server.address.port)}]
        workers: 2
        """, as: "config.yaml")
    }
    let words = RefusingLibrary.prefix([
      "REFUSE_CALL=socket", "REFUSE_FIRST=\(AF_INET6)", "REFUSE_ERRNO=\(EAFNOSUPPORT)",
    ])
    let child = try ChildProcess(
      words[0], Array(words.dropFirst()) + [Relay.binary, "--config", configuration("*")], in: folder)
    #expect(child.writes("porxy runs"), "\(child.output)")
    let client = try Peer.connect(to: Address(port: port))
    let backend = try server.accept()
    client.say(3)
    #expect(backend.hear(3).count == 3)
    #expect(child.output.contains("listening: listener=in address=0.0.0.0:\(port)"))
    let lines = child.output.split(separator: "\n").filter { $0.contains("listening without this address") }
    #expect(lines.count == 1 && lines[0].contains("no IPv6"), "\(child.output)")
    child.signal(SIGTERM)
    client.close()
    backend.close()
    #expect(child.waitForExit() == "exit 0")

    let other = try ChildProcess(
      words[0], Array(words.dropFirst()) + [Relay.binary, "--config", configuration("::")], in: folder)
    #expect(other.waitForExit() == "exit 1")
    #expect(other.output.contains("this kernel has no IPv6: use an IPv4 address"))
  }

  @Test("without SO_REUSEPORT one worker serves, and the log says so")
  func servesAlone() throws {
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 9"], extra: "workers: 3",
      within: RefusingLibrary.prefix([
        "REFUSE_CALL=setsockopt", "REFUSE_SECOND=\(SO_REUSEPORT)", "REFUSE_ERRNO=\(ENOPROTOOPT)",
      ]))
    #expect(proxy.log.first { $0["event"] == "started" }?["workers"] == "1")
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["effect"] == "porxy uses one worker" } })
  }

  @Test("an accept that says that the listener is none has it opened again", arguments: [EINVAL, EBADF, ENOTSOCK])
  func opensAListenerAgain(code: Int32) throws {
    let server = try ServerSocket()
    server.listen()
    // The client before has made two calls: one that took it, and one that found no other. EINVAL is also said of flags
    // that a kernel does not know, so that accept(2) is asked before it is believed.
    let proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)", "127.0.0.1 \(server.address.port)"], extra: "workers: 1",
      within: RefusingLibrary.prefix([
        "REFUSE_CALL=accept", "REFUSE_ERRNO=\(code)", "REFUSE_AFTER=2", "REFUSE_TIMES=\(code == EINVAL ? 2 : 1)",
      ]))
    let client = try Peer.connect(to: proxy.fronts[1])
    let backend = try server.accept()
    client.say(1)
    #expect(backend.hear(1).count == 1)
    let lost = try? Peer.connect(to: proxy.fronts[0])
    #expect(
      Deadline.usual.awaits { proxy.log.contains { $0["event"] == "listener-restored" } }, "\(proxy.child.output)")
    #expect(proxy.log.count { $0["event"] == "listener-lost" && $0["listener"] == "in0" } == 1)
    lost?.close()
    let next = try Peer.connect(to: proxy.fronts[0])
    next.say(2)
    let served = try server.accept()
    #expect(served.hear(2).count == 2)
    backend.say(4)
    #expect(client.hear(4).count == 4)
    #expect(proxy.child.isRunning)
  }
}
