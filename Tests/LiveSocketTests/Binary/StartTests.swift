import Glibc
import TestSupport
import Testing

/// What keeps porxy from starting, and how it says so.
@Suite(.paced) struct StartTests {
  private let folder = TemporaryFolder()

  /// Runs porxy with these listeners, `address port`, and whatever is put before its words.
  private func start(_ listeners: [String], extra: String = "", shell: String = "", _ options: String = "") throws
    -> Invocation
  {
    var text = extra + "\nlisteners:\n"
    for (index, listener) in listeners.enumerated() {
      let parts = listener.split(separator: " ")
      text += "  - {name: in\(index), backend: out, address: \"\(parts[0])\", port: \(parts[1])}\n"
    }
    text += "backends: [{name: out, host: 127.0.0.1, port: 9}]\n"
    let path = folder.write(text, as: "config.yaml")
    return try Invocation(script: "\(shell) exec \"$0\" --config \"$1\" \(options)", path)
  }

  @Test("every listener whose port is in use is named, with who has it")
  func namesTheHoldersOfPorts() throws {
    let (first, second, free) = (try ServerSocket(), try ServerSocket(isV6: true), try ServerSocket())
    first.listen()
    second.listen()
    let freePort = free.address.port
    free.close()
    let name = TemporaryFolder.read("/proc/self/comm").dropLast()
    let invocation = try start(
      ["127.0.0.1 \(first.address.port)", "127.0.0.1 \(freePort)", "::1 \(second.address.port)"], "--workers 2")
    #expect(invocation.ending == "exit 1")
    let lines = invocation.output.split(separator: "\n")
    try #require(lines.count == 2, "\(invocation.output)")
    let holder = "the port is in use by \(name) (process \(getpid()))"
    #expect(lines[0].contains(" error cannot listen: listener=in0 address=127.0.0.1:\(first.address.port) "))
    #expect(lines[1].contains(" error cannot listen: listener=in2 address=[::1]:\(second.address.port) "))
    #expect(lines.allSatisfy { $0.contains(holder) })
  }

  @Test("a second porxy on the same port is refused, not joined")
  func refusesToShareAPort() throws {
    let running = try ProxyProcess(to: ["127.0.0.1 9"])
    let invocation = try start(["127.0.0.1 \(running.fronts[0].port)"])
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.contains("the port is in use by porxy (process \(running.child.identifier))"))
  }

  @Test("a congestion control that the kernel lacks is told before anybody is accepted")
  func saysThatACongestionControlIsMissing() throws {
    let text = """
      listeners: [{name: in, backend: out, address: 127.0.0.1, port: 18080, congestion: auto}]
      backends: [{name: out, host: 127.0.0.1, port: 9, congestion: no_such_one}]
      """
    let path = folder.write(text, as: "config.yaml")
    let invocation = try Invocation(script: "exec \"$0\" --config \"$1\"", path)
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.contains("backend out: the congestion control no_such_one is not loaded"))
  }

  @Test func saysThatAnAddressIsNotOfThisMachine() throws {
    let invocation = try start(["192.0.2.1 18080"], "--log-format json")
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.contains(#""event":"listen-failed""#))
    #expect(
      invocation.output.contains("this machine does not have this address: use one that 'ip address' lists, or 0.0.0.0")
    )
  }

  @Test func saysThatDescriptorsDoNotSuffice() throws {
    let invocation = try start(["127.0.0.1 18080"], shell: "ulimit -n 11;")
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.contains("the limit is 11, and one session needs at least "))
  }

  @Test("started without standard streams, it does not write its log into a connection")
  func keepsTheLogOutOfConnections() throws {
    let server = try ServerSocket()
    server.listen()
    let front = try ServerSocket()
    let address = front.address
    front.close()
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: 127.0.0.1, port: \(address.port)}]
      backends: [{name: out, host: 127.0.0.1, port: \(server.address.port)}]
      """, as: "config.yaml")
    let child = try ChildProcess(
      "/bin/sh", ["-c", "exec \"$0\" --config \"$1\" <&- >&- 2>&-", Relay.binary, path], in: folder)
    #expect(Deadline.usual.awaits { ProcessFacts.isListening(address) })
    for _ in 0..<3 {
      let client = try Peer.connect(to: address)
      let peer = try server.accept()
      client.close()
      #expect(peer.hearAll().description == "0 bytes then END")
    }
    child.signal(SIGTERM)
    #expect(child.waitForExit() == "exit 0")
  }

  @Test("a log that nobody reads delays the end by seconds, not for ever")
  func endsWithoutAReader() throws {
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    defer { for end in ends { close(end) } }
    _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
    var filling = [UInt8](repeating: 0, count: 4096)
    while unsafe write(ends[1], &filling, filling.count) > 0 {}  // bound: what the pipe holds
    let proxy = try ProxyProcess(to: ["127.0.0.1 9"], output: ends[1])
    #expect(proxy.stop() == "exit 0")
  }
}
