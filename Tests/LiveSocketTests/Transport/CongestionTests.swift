import Glibc
import PorxyCore
import PorxySocketIO
import TestSupport
import Testing

/// The congestion control that sockets get, asked from the kernel.
@Suite(.paced) struct CongestionTests {
  private static var system: String {
    TemporaryFolder.read("/proc/sys/net/ipv4/tcp_congestion_control").split(separator: "\n").first.map(String.init)
      ?? ""
  }

  private static var allowed: [String] {
    TemporaryFolder.read("/proc/sys/net/ipv4/tcp_allowed_congestion_control").split { $0 == " " || $0 == "\n" }
      .map(String.init)
  }

  /// What the sockets of this process with this port of their own have.
  private func names(at port: UInt16) -> [String] {
    (Int32(0)..<4096).compactMap { descriptor in
      var address = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe getsockname(descriptor, $0, &length)
        }
      }
      return result == 0 && UInt16(bigEndian: address.sin_port) == port ? name(of: descriptor) : nil
    }
  }

  private func name(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 16)
    var length = socklen_t(bytes.count)
    let result = unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, &bytes, &length)
    return result == 0 ? String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) : "none"
  }

  @Test("of the listener, of those accepted from it, and of those that connect")
  func holds() throws {
    var cases: [(Congestion, String)] = [(.auto, "reno"), (.system, Self.system)]
    cases += Self.allowed.map { (.named($0), $0) }
    for (congestion, expected) in cases {
      var driver = try TransportDriver()
      let options = SocketOptions(congestion: congestion)
      let (listener, port) = try driver.listen(.loopbackV4, ListenOptions(socket: options))
      let client = try Peer.connect(to: Address(port: port))
      _ = try driver.accept(from: listener)
      #expect(names(at: port) == [expected, expected], "\(congestion), \(client.socket.port)")
      let (socket, server) = try driver.connectedPair(options)
      let local = driver.transport.localEndpoint(of: socket)
      #expect(names(at: local?.port ?? 0) == [expected], "\(congestion), \(server.socket.descriptor)")
    }
  }
}
