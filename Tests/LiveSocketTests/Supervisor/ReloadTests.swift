import Glibc
import Synchronization
import TestSupport
import Testing

/// RELOAD: SIGHUP while clients come and go.
@Suite(.paced) struct ReloadTests {
  /// Where porxy listens in the order of names `in0`, `in1` …, and where it leads to.
  private struct Setting {
    let server: ServerSocket
    let proxy: ProxyProcess
    let reserved: [ServerSocket]

    init(listeners: Int, extra: String = "workers: 2") throws {
      server = try ServerSocket()
      server.listen()
      let target = "127.0.0.1 \(server.address.port)"
      reserved = try (0..<listeners).map { _ in try ServerSocket() }
      proxy = try ProxyProcess(to: [target], extra: extra, fronts: [reserved[0].address])
    }

    /// Writes a configuration with these listeners, and more lines to each.
    func write(_ listeners: [(index: Int, more: String)], extra: String = "workers: 2") {
      var text = "\(extra)\nlog: {level: info, format: json}\nlisteners:\n"
      for (index, more) in listeners {
        text +=
          "  - {name: in\(index), backend: out0, address: 127.0.0.1, port: \(reserved[index].address.port)\(more)}\n"
      }
      text += "backends:\n  - {name: out0, host: 127.0.0.1, port: \(server.address.port)}\n"
      TemporaryFolder.replace(proxy.config, by: text)
    }

    /// The configuration as it is in the file.
    var text: String { TemporaryFolder.read(proxy.config) }

    private static let ends = ["reload-done", "reload-refused"]

    /// Has it reloaded, and waits for that to end. Only what the log says from now on is read: it may have many lines.
    func reload() {
      let log = proxy.child.outputPath
      let size = TemporaryFolder.size(of: log)
      proxy.child.signal(SIGHUP)
      let isOver = Deadline.usual.awaits {
        Self.ends.contains { TemporaryFolder.count("\"event\":\"\($0)\"", in: log, from: size) > 0 }
      }
      #expect(isOver)
    }

    /// What the log says last about a reload.
    var outcome: LogEntry? { proxy.log.last { Self.ends.contains($0["event"] ?? "") } }
  }

  @Test("what is added serves, what is removed refuses, and a session goes on through all of it")
  func reloads() throws {
    let setting = try Setting(listeners: 2)
    let client = try Peer.connect(to: setting.reserved[0].address)
    let backend = try setting.server.accept()
    setting.write([(0, ""), (1, "")])
    setting.reload()
    let added = setting.outcome
    #expect(added?["event"] == "reload-done" && added?["listeners_added"] == "1" && added?["generation"] == "2")
    let second = try Peer.connect(to: setting.reserved[1].address)
    let served = try setting.server.accept()
    setting.write([(1, "")])
    setting.reload()
    #expect(setting.outcome?["listeners_removed"] == "1")
    #expect(Deadline.usual.awaits { setting.proxy.log.contains { $0["event"] == "listener-closed" } })
    #expect(throws: (any Error).self) { try Peer.connect(to: setting.reserved[0].address) }
    for (near, far) in [(client, backend), (second, served)] {
      near.say(5)
      #expect(far.hear(5).count == 5)
      near.close()
      far.close()
    }
    #expect(setting.proxy.tells(ofSessions: 2))
    #expect(setting.proxy.stop() == "exit 0")
  }

  @Test("clients that connect again and again lose no connection to reloads")
  func losesNobody() throws {
    let setting = try Setting(listeners: 3)
    setting.write([(0, ""), (1, "")])
    setting.reload()
    #expect(setting.outcome?["event"] == "reload-done")
    let rounds = Int(Relay.environment("PORXY_RELOADS") ?? "") ?? 60
    let stops = Stop()
    // Threads from now on, and none of the pool's, which other tests may keep busy.
    let echo = Thread { Self.echo(setting.server, until: stops) }
    let callers = setting.reserved.map { Caller($0.address, until: stops) }
    for round in 0..<rounds {
      let other = ", timeouts: {idle: \(round % 2 + 60)s}"
      setting.write([(0, ""), (1, other)] + (round % 2 == 0 ? [(2, "")] : []))
      setting.reload()
      _ = poll(nil, 0, 20)
    }
    stops.isAsked.store(true, ordering: .relaxed)
    let outcomes = callers.map { $0.join() }
    echo.join()
    #expect(outcomes[0].failures.isEmpty && outcomes[1].failures.isEmpty, "\(outcomes)")
    #expect(outcomes.allSatisfy { $0.count > 0 }, "\(outcomes)")
    #expect(Set(outcomes[2].failures).subtracting(["ECONNREFUSED"]).isEmpty, "\(outcomes[2].failures)")
    #expect(setting.proxy.log.count { $0["event"] == "reload-done" } == rounds + 1)
    #expect(setting.proxy.stop() == "exit 0")
  }

  @Test("a configuration with mistakes changes nothing, and each is told of with its place")
  func refusesMistakes() throws {
    let setting = try Setting(listeners: 1)
    setting.write([(0, ", prot: 3"), (0, "")])
    setting.reload()
    #expect(setting.outcome?["event"] == "reload-refused")
    let mistakes = setting.proxy.log.filter { $0["event"] == "reload-mistake" }
    #expect(mistakes.count >= 2 && mistakes.allSatisfy { $0["at"]?.contains("config.yaml:") == true }, "\(mistakes)")
    let client = try Peer.connect(to: setting.reserved[0].address)
    client.say(1)
    #expect(try setting.server.accept().hear(1).count == 1)
    setting.write([(0, "")])
    setting.reload()
    #expect(setting.outcome?["event"] == "reload-done")
  }

  @Test("a port that somebody else has refuses the whole reload")
  func refusesATakenPort() throws {
    let setting = try Setting(listeners: 3)
    // Listens without sharing its port.
    let stranger = try ServerSocket.reserved()
    stranger.listen()
    setting.write([(0, ""), (1, "")])
    let text = setting.text
    let taken = "  - {name: taken, backend: out0, address: 127.0.0.1, port: \(stranger.address.port)}\nbackends:"
    TemporaryFolder.replace(setting.proxy.config, by: text.replacing("backends:", with: taken))
    setting.reload()
    #expect(setting.outcome?["event"] == "reload-refused")
    #expect(setting.proxy.log.contains { $0["event"] == "listen-failed" && $0["listener"] == "taken" })
    #expect(throws: (any Error).self) { try Peer.connect(to: setting.reserved[1].address) }
    #expect((try? Peer.connect(to: setting.reserved[0].address)) != nil)
  }

  @Test("a signal to stop does not wait for a reload that is only prepared")
  func stopsWhilePreparing() throws {
    let setting = try Setting(listeners: 1)
    setting.write([(0, "")])
    // Enough for both signals to be there before the last port is bound; the address is this test's alone.
    let place = "address: 127.91.\(getpid() & 255).\(getpid() >> 8 & 127 + 1), ports: 20000-20999"
    let more = "  - {name: many, backend: out1, \(place)}\nbackends:\n  - {name: out1, host: 127.0.0.1, port: 9}"
    let text = setting.text.replacing("backends:", with: more)
    TemporaryFolder.replace(setting.proxy.config, by: text)
    for signal in [SIGSTOP, SIGHUP, SIGTERM, SIGCONT] { setting.proxy.child.signal(signal) }
    #expect(setting.proxy.child.waitForExit() == "exit 0")
    #expect(setting.outcome?["event"] == "reload-refused" && setting.outcome?["reason"] == "porxy is stopping")
    #expect(!setting.proxy.log.contains { $0["event"] == "listening" && $0["listener"] == "many" })
  }

  @Test("level and format of the log change at once, and what needs a new start is told")
  func changesSettings() throws {
    let setting = try Setting(listeners: 1)
    setting.write([(0, "")], extra: "workers: 3\nrelay: copy")
    setting.reload()
    let keys = setting.proxy.log.filter { $0["event"] == "needs-restart" }.compactMap { $0["key"] }
    #expect(keys == ["workers", "relay"])
    let text = setting.text
    TemporaryFolder.replace(setting.proxy.config, by: text.replacing("format: json", with: "format: text"))
    setting.proxy.child.signal(SIGHUP)
    #expect(setting.proxy.child.writes("info configuration reloaded: generation=3"))
  }

  // MARK: Peers

  /// Tells peers on other threads to come to an end.
  private final class Stop: Sendable {
    let isAsked = Atomic(false)
  }

  /// Answers every client with what it says, until none has come for a while after the end.
  private static func echo(_ server: ServerSocket, until stops: Stop) {
    while true {  // bound: the flag
      guard let peer = try? server.accept(by: Deadline(in: .milliseconds(300))) else {
        if stops.isAsked.load(ordering: .relaxed) { return }
        continue
      }
      _ = peer.hear(5)
      peer.say(5)
      peer.finish()
      peer.close()
    }
  }

  /// Connects again and again, on a thread of its own.
  private final class Caller {
    private let outcome = Outcome()
    private let thread: Thread

    private final class Outcome: Sendable {
      let value = Mutex((count: 0, failures: [String]()))
    }

    init(_ address: Address, until stops: Stop) {
      thread = Thread { [outcome] in
        let all = ReloadTests.call(address, until: stops)
        outcome.value.withLock { $0 = all }
      }
    }

    func join() -> (count: Int, failures: [String]) {
      thread.join()
      return outcome.value.withLock { $0 }
    }
  }

  private static func call(_ address: Address, until stops: Stop) -> (count: Int, failures: [String]) {
    var (count, failures): (Int, [String]) = (0, [])
    while !stops.isAsked.load(ordering: .relaxed) {  // bound: the flag
      do {
        let peer = try Peer.connect(to: address)
        peer.say(5)
        let heard = peer.hearAll()
        if heard == Received(count: 5, end: "END") { count += 1 } else { failures.append("\(heard)") }
        peer.close()
      } catch {
        failures.append("\(error)".split(separator: " ").last.map(String.init) ?? "?")
      }
    }
    return (count, failures)
  }
}
