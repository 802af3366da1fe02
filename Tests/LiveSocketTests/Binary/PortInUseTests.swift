import Glibc
import TestSupport
import Testing

/// What porxy says of a port that it cannot have: what it knows, of all that can keep it off.
@Suite(.paced) struct PortInUseTests {
  private let folder = TemporaryFolder()

  /// The reason that porxy gives for not listening on the port.
  private func reason(_ port: UInt16, within words: String = "") throws -> String {
    let path = folder.write(
      """
      listeners: [{name: in, backend: out, address: 127.0.0.1, port: \(port)}]
      backends: [{name: out, host: 127.0.0.1, port: 9}]
      """, as: "config.yaml")
    let invocation = try Invocation(script: "exec \(words) \"$0\" --config \"$1\" --log-format json", path)
    #expect(invocation.ending == "exit 1")
    return LogEntry(invocation.output.split(separator: "\n").first ?? "")?["reason"] ?? invocation.output
  }

  private var ownName: Substring { TemporaryFolder.read("/proc/self/comm").dropLast() }

  @Test(
    "a connection that has the port as its source is told with its ends and its process, and how to keep ports free")
  func outgoingConnection() throws {
    let server = try ServerSocket()
    server.listen()
    let client = try Peer.connect(to: server.address)
    let port = client.socket.port
    let reason = try reason(port)
    #expect(
      reason.hasPrefix(
        "the port is in use: a connection of \(ownName) (process \(getpid())) from 127.0.0.1:\(port) to "
          + "127.0.0.1:\(server.address.port) uses it (ESTABLISHED); outgoing connections use ports "))
    #expect(reason.hasSuffix("net.ipv4.ip_local_reserved_ports'"))
    client.close()
  }

  @Test("a connection that is over keeps the port for a minute")
  func timeWait() throws {
    let server = try ServerSocket()
    server.listen()
    let client = try Peer.connect(to: server.address)
    let port = client.socket.port
    let peer = try server.accept()
    client.close()
    #expect(peer.hearAll().description == "0 bytes then END")
    #expect(try reason(port).contains("is closing (FIN_WAIT2) and frees it when its peer answers"))
    peer.close()
    #expect(try reason(port).contains("has ended (TIME_WAIT) and frees it within a minute"))
  }

  @Test("a socket that is bound and nothing else is not made up")
  func boundOnly() throws {
    let bound = try PeerSocket(family: AF_INET)
    try bound.bind(to: Address(port: 0))
    #expect(try reason(bound.port).contains("no socket listens on it or has a connection from it"))
  }

  @Test(
    "the process of a listener in another PID namespace is not guessed at",
    .enabled(if: Sandbox.isPossible, "\(Sandbox.whyImpossible)"))
  func otherNamespace() throws {
    let server = try ServerSocket()
    server.listen()
    let reason = try reason(server.address.port, within: "unshare --pid --fork --mount-proc")
    #expect(reason.contains("by a socket of user \(geteuid()) that listens on 127.0.0.1:\(server.address.port); "))
    #expect(reason.contains("no process in /proc owns it"))
  }
}
