import Glibc
import PorxyCore
import PorxyRuntime
import TestSupport
import Testing

@testable import porxy

/// Porxy as a service: what its manager hears over NOTIFY_SOCKET.
@Suite(.paced) struct ServiceTests {
  private let folder = TemporaryFolder()
  private let server: ServerSocket

  init() throws {
    server = try ServerSocket.listening()
  }

  private func porxy(
    of manager: ServiceListener, _ variables: [String] = [], extra: String = "workers: 2"
  ) throws -> ProxyProcess {
    try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], extra: extra, within: manager.prefix(variables))
  }

  private func clock() -> UInt64 { SystemInfo.monotonicClock.nanoseconds / 1000 }

  @Test("start, reloads and stop are told in their order", arguments: [false, true])
  func tellsOfItsLife(isAbstract: Bool) throws {
    let path = folder.newPath("notify")
    let manager = try ServiceListener(named: isAbstract ? "@\(path)" : path)
    let proxy = try porxy(of: manager)
    #expect(manager.hears("READY=1"))
    #expect(manager.heard == ["READY=1\nSTATUS=0 sessions on 1 listener"])

    let before = clock()
    proxy.child.signal(SIGHUP)
    #expect(manager.hears("READY=1", times: 2))
    let reloading = manager.heard[1].split(separator: "\n")
    #expect(reloading.count == 2 && reloading[0] == "RELOADING=1" && reloading[1].hasPrefix("MONOTONIC_USEC="))
    let told = UInt64(reloading[1].drop { $0 != "=" }.dropFirst()) ?? 0
    #expect(before...clock() ~= told)

    let text = TemporaryFolder.read(proxy.config)
    TemporaryFolder.replace(proxy.config, by: text + "  - colour: red\n")
    proxy.child.signal(SIGHUP)
    #expect(manager.hears("READY=1", times: 3))
    let refused = manager.heard.last ?? ""
    #expect(
      refused.contains("STATUS=0 sessions on 1 listener; the last reload was refused: \(proxy.config):"), "\(refused)")
    #expect(refused.contains("colour"), "it says the first mistake")

    #expect(proxy.stop() == "exit 0")
    #expect(
      manager.life == ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"], "\(manager.heard)")
    #expect(!proxy.log.contains { $0["event"] == "notify-failed" })
  }

  @Test("a stop that was asked for by the admin socket is told, too")
  func tellsOfAStop() throws {
    let manager = try ServiceListener(named: folder.newPath("notify"))
    let socket = folder.newPath("admin.sock")
    let proxy = try porxy(of: manager, extra: "admin: {socket: \"\(socket)\"}")
    #expect(manager.hears("READY=1"))
    #expect(try AdminClient(path: socket).ask("POST", "/stop").isGood)
    #expect(manager.hears("STOPPING=1"))
    #expect(proxy.child.waitForExit() == "exit 1")
  }

  @Test("a drain that lasts asks for more time before the last has run out")
  func asksForTime() throws {
    let manager = try ServiceListener(named: folder.newPath("notify"))
    let proxy = try porxy(of: manager, extra: "timeouts: {drain: 1h}")
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    client.say(1)
    #expect(backend.hear(1).count == 1)
    proxy.child.signal(SIGTERM)
    #expect(manager.hears("STOPPING=1"))
    #expect(manager.heard.last == "STOPPING=1\nSTATUS=draining, 1 session left\nEXTEND_TIMEOUT_USEC=10000000")
    #expect(manager.hears("EXTEND_TIMEOUT_USEC=10000000", by: Deadline(in: .seconds(10))))
    client.close()
    backend.close()
    #expect(proxy.child.waitForExit() == "exit 0")
  }

  @Test("the watchdog hears again and again that all workers take turns")
  func feedsTheWatchdog() throws {
    let manager = try ServiceListener(named: folder.newPath("notify"))
    let proxy = try porxy(of: manager, ["WATCHDOG_USEC=200000"])
    #expect(manager.hears("WATCHDOG=1", times: 5))
    proxy.child.signal(SIGHUP)
    #expect(manager.hears("RELOADING=1"))
    let count = manager.heard.count { $0 == "WATCHDOG=1" }
    #expect(manager.hears("WATCHDOG=1", times: count + 2))
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a manager that cannot be told is a line in the log, once, and nothing else")
  func bearsAMissingManager() throws {
    let manager = try ServiceListener(named: folder.newPath("notify"))
    #expect(unsafe unlink(manager.name) == 0)
    let proxy = try porxy(of: manager)
    let told = { proxy.log.filter { $0["event"] == "notify-failed" } }
    #expect(Deadline.usual.awaits { !told().isEmpty })
    proxy.child.signal(SIGHUP)
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "reload-done" } })
    let client = try Peer.connect(to: proxy.fronts[0])
    client.say(1)
    #expect(try server.accept().hear(1).count == 1)
    client.close()
    #expect(proxy.tells(ofSessions: 1))
    #expect(proxy.stop() == "exit 0")
    #expect(told().map { $0["error"] } == ["No such file or directory"])
  }

  @Test("a manager that does not read keeps porxy from nothing")
  func bearsAManagerThatSleeps() throws {
    let manager = try ServiceListener(named: folder.newPath("notify"))
    let proxy = try porxy(of: manager, ["WATCHDOG_USEC=2000"])
    #expect(Deadline.usual.awaits { proxy.log.contains { $0["event"] == "notify-failed" } })
    #expect(proxy.stop() == "exit 0")
  }

  @Test("where the journal reads the log, lines of text begin with their priority")
  func marksLinesForTheJournal() throws {
    let path = folder.write("", as: "journal")
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    defer { close(descriptor) }
    var facts = stat()
    #expect(unsafe fstat(descriptor, &facts) == 0)
    for (stream, mark) in [("\(facts.st_dev):\(facts.st_ino)", "<6>2"), ("\(facts.st_dev):1", "2")] {
      let proxy = try ProxyProcess(
        to: ["127.0.0.1 \(server.address.port)"], extra: "log: {format: text}",
        within: ["env", "JOURNAL_STREAM=\(stream)"], output: descriptor)
      #expect(proxy.stop() == "exit 0")
      let lines = TemporaryFolder.read(path).split(separator: "\n")
      #expect(lines.count > 3 && lines.allSatisfy { $0.hasPrefix(mark) }, "\(lines)")
      #expect(unsafe truncate(path, 0) == 0)
    }
  }
}
