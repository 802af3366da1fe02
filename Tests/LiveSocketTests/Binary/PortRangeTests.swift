import Glibc
import TestSupport
import Testing

/// A listener with a range of ports, through the binary.
@Suite(.paced) struct PortRangeTests {
  private let folder = TemporaryFolder()

  /// Two ports beside each other that are free on the two hosts.
  private static func freePorts() throws -> UInt16 {
    for _ in 0..<200 {
      let first = try ServerSocket()
      let port = first.address.port
      guard port < 65535, let second = try? ServerSocket(port: port + 1) else { continue }
      let others = (0...1).map { try? ServerSocket(on: Address(v4: 0x7f00_0002, port: port + $0)) }
      guard others.allSatisfy({ $0 != nil }) else { continue }
      first.close()
      second.close()
      return port
    }
    throw SocketFailure(call: "bind", code: EADDRINUSE)
  }

  private func run(_ port: UInt16, backendPort: String) throws -> ChildProcess {
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: 127.0.0.1, ports: \(port)-\(port + 1), limits: {sessions: 1}}]
      backends: [{name: out, host: 127.0.0.2, port: \(backendPort)}]
      log: {format: json}
      workers: 2

      """, as: "config.yaml")
    let child = try ChildProcess(Relay.binary, ["--config", path], in: folder)
    try #require(child.writes("porxy runs"), "\(child.output)")
    return child
  }

  private func entries(_ child: ChildProcess, _ event: String) -> [LogEntry] {
    child.output.split(separator: "\n").compactMap { LogEntry($0) }.filter { $0["event"] == event }
  }

  @Test("each port of a range is passed on to the same port of the backend, and the log tells which")
  func toTheSamePort() throws {
    let port = try Self.freePorts()
    let servers = try (0...1).map { try ServerSocket(on: Address(v4: 0x7f00_0002, port: port + $0)) }
    for server in servers { server.listen() }
    let child = try run(port, backendPort: "same")
    defer { child.kill() }
    let listening = entries(child, "listening")
    #expect(listening.map { $0["address"] } == ["127.0.0.1:\(port)-\(port + 1)"])
    for (place, server) in servers.enumerated() {
      let address = Address(port: port + UInt16(place))
      let client = try Peer.connect(to: address)
      let peer = try server.accept()
      #expect(client.say(100) == "sent")
      _ = peer.hear(100)
      client.close()
      peer.close()
      #expect(Deadline.usual.awaits { entries(child, "session").count == place + 1 })
      let session = entries(child, "session").last
      #expect(session?["client_local"] == "127.0.0.1:\(address.port)")
      #expect(session?["backend_peer"] == "127.0.0.2:\(address.port)")
    }
  }

  @Test("a range has one limit on sessions, and may lead to one port")
  func toOnePort() throws {
    let port = try Self.freePorts()
    let server = try ServerSocket(on: Address(v4: 0x7f00_0002, port: port))
    server.listen()
    let child = try run(port, backendPort: "\(port)")
    defer { child.kill() }
    let first = try Peer.connect(to: Address(port: port))
    let peer = try server.accept()
    let second = try Peer.connect(to: Address(port: port + 1))
    #expect(server.staysAlone(.milliseconds(300)))
    first.close()
    peer.close()
    _ = try server.accept()
    second.close()
  }

  @Test("ports of a range that are in use are told in one line")
  func tellsPortsInUse() throws {
    let port = try Self.freePorts()
    let holders = try (0...1).map { try ServerSocket(port: port + $0) }
    for holder in holders { holder.listen() }
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: 127.0.0.1, ports: \(port)-\(port + 1)}]
      backends: [{name: out, host: 127.0.0.2, port: 9}]
      """, as: "config.yaml")
    let invocation = try Invocation(script: "exec \"$0\" --config \"$1\"", path)
    #expect(invocation.ending == "exit 1")
    let lines = invocation.output.split(separator: "\n")
    #expect(lines.count == 1, "\(invocation.output)")
    #expect(lines.first?.contains("address=127.0.0.1:\(port) ") == true)
    #expect(lines.first?.contains("(and 1 more port for the same reason)") == true)
  }

  @Test("an interface that the machine lacks is told before anybody is accepted")
  func saysThatAnInterfaceIsMissing() throws {
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: "fe80::1%no_such_one", port: 18080}]
      backends: [{name: out, host: 127.0.0.1, port: 9}]
      """, as: "config.yaml")
    let invocation = try Invocation(script: "exec \"$0\" --config \"$1\"", path)
    #expect(invocation.ending == "exit 1")
    #expect(invocation.output.contains("listener in: this machine has no interface 'no_such_one'; 'ip link' lists"))
    #expect(try Invocation(script: "exec \"$0\" check \"$1\"", path).ending == "exit 0")
  }

  @Test("an address that comes later is listened on if the file says so")
  func listensOnAnAddressThatComesLater() throws {
    let port = try Self.freePorts()
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: 192.0.2.1, port: \(port), freebind: true}]
      backends: [{name: out, host: 127.0.0.1, port: 9}]
      """, as: "config.yaml")
    let child = try ChildProcess(Relay.binary, ["--config", path], in: folder)
    defer { child.kill() }
    #expect(child.writes("listening: listener=in address=192.0.2.1:\(port)"))
  }
}
