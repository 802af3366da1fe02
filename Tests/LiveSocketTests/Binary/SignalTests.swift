import CPorxyLinux
import Glibc
import TestSupport
import Testing

/// Signals that have no meaning for porxy, and those of a crash.
@Suite(.paced) struct SignalTests {
  private static let ignored: [(Int32, String)] = [
    (SIGUSR1, "SIGUSR1"), (SIGUSR2, "SIGUSR2"), (SIGALRM, "SIGALRM"), (SIGVTALRM, "SIGVTALRM"),
    (SIGIO, "SIGIO"), (SIGPWR, "SIGPWR"), (SIGSTKFLT, "SIGSTKFLT"), (SIGXCPU, "SIGXCPU"), (SIGXFSZ, "SIGXFSZ"),
    (porxy_first_real_time_signal(), "SIGRTMIN"), (porxy_first_real_time_signal() + 3, "SIGRTMIN+3"),
    (porxy_last_real_time_signal(), "SIGRTMIN+\(porxy_last_real_time_signal() - porxy_first_real_time_signal())"),
  ]

  @Test("every signal without a meaning leaves a line, and the sessions alone")
  func ignores() throws {
    let stage = try Stage(through: "workers: 2")
    let proxy = try #require(stage.proxy)
    let (client, server) = try stage.pair()
    for (number, name) in Self.ignored {
      proxy.child.signal(number)
      let isTold = Deadline.usual.awaits {
        !proxy.child.isRunning || proxy.log.contains { $0["event"] == "signal-ignored" && $0["signal"] == name }
      }
      try #require(isTold && proxy.child.isRunning, "\(name): \(proxy.child.output)")
    }
    for number in [SIGPIPE, SIGPROF, SIGURG, SIGCHLD, SIGWINCH] { proxy.child.signal(number) }
    _ = client.say(10)
    #expect(server.hear(10).count == 10)
    let lines = proxy.log.filter { $0["event"] == "signal-ignored" }
    #expect(lines.count == Self.ignored.count, "\(lines)")
    client.close()
    server.close()
    #expect(proxy.stop() == "exit 0")
  }

  @Test("a signal that comes again and again is told of once a second")
  func tellsRarely() throws {
    let proxy = try ProxyProcess(to: ["127.0.0.1 9"])
    let start = ContinuousClock.now
    for _ in 0..<200 {
      proxy.child.signal(SIGUSR1)
      _ = poll(nil, 0, 1)
    }
    #expect(proxy.stop() == "exit 0")
    let seconds = Int((ContinuousClock.now - start) / .seconds(1))
    let lines = proxy.log.count { $0["event"] == "signal-ignored" }
    #expect((1...seconds + 1).contains(lines), "\(lines)")
  }

  @Test("a log file that may not grow ends no session")
  func logAtItsLimit() throws {
    let server = try ServerSocket()
    server.listen()
    // Half a KiB holds the lines of the start and not many more.
    let limited = ["/bin/sh", "-c", "ulimit -f 1; exec \"$@\"", "sh"]
    let proxy = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], within: limited)
    for _ in 0..<10 {
      let client = try Peer.connect(to: proxy.fronts[0])
      let peer = try server.accept()
      client.close()
      #expect(peer.hearAll().description == "0 bytes then END")
    }
    #expect(proxy.stop() == "exit 0")
    #expect(proxy.child.output.utf8.count == 512)
  }

  @Test("a crash that another process has made is told as that, with a backtrace, whatever blocks its threads' signals")
  func tellsWhoKilledIt() throws {
    let proxy = try ProxyProcess(to: ["127.0.0.1 9"], extra: "workers: 2")
    proxy.child.signal(SIGABRT)
    #expect(proxy.child.waitForExit(by: .afterStall) == "signal \(SIGABRT)")
    let output = proxy.child.output
    #expect(output.contains("porxy: killed by SIGABRT from process \(getpid()); "))
    #expect(!output.contains("failed to suspend"))
    #expect(output.contains("Worker.run") || output.contains("(+0x"), "\(output)")
  }

  @Test("a trap of its own is told as that, of several threads at once, too", arguments: [1, 4])
  func tellsOfItsOwnCrash(workers: Int) throws {
    let proxy = try ProxyProcess(to: ["127.0.0.1 9"], extra: "workers: \(workers)")
    // Without memory for its tables it cannot go on.
    var none = rlimit()
    #expect(unsafe limit(proxy.child.identifier, Int32(RLIMIT_DATA.rawValue), &none, nil) == 0)
    #expect(
      Deadline.afterStall.awaits {
        for _ in 1...4 * workers { _ = try? Peer.connect(to: proxy.fronts[0]) }
        return !proxy.child.isRunning
      })
    #expect(proxy.child.waitForExit()?.hasPrefix("signal ") == true)
    #expect(
      proxy.child.output.contains("porxy: stopped by a bug in porxy itself (a trap, SIG"), "\(proxy.child.output)")
  }
}

/// Glibc shows it to C with _GNU_SOURCE only.
@_silgen_name("prlimit")
private func limit(
  _ process: pid_t, _ resource: Int32, _ new: UnsafeMutablePointer<rlimit>, _ old: UnsafeMutablePointer<rlimit>?
) -> Int32
