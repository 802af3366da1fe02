import Glibc
import TestSupport
import Testing

/// HEADER with proxies that others have made: what they write is read, and what porxy writes they read.
@Suite("PROXY protocol: HAProxy and nginx", .paced)
struct PartnerTests {
  /// What a listener says that reads headers from this machine.
  private static let reads = "proxy_protocol: {from: [127.0.0.0/8]}"

  /// Through a partner in front, and porxy, to the test's own server.
  private func checkReading(_ partner: (Address) throws -> Partner) throws {
    let server = try ServerSocket.listening()
    let porxy = try ProxyProcess(to: ["127.0.0.1 \(server.address.port)"], listener: Self.reads)
    let partner = try partner(porxy.fronts[0])
    for number in 1...3 {
      let client = try Peer.connect(to: partner.address)
      #expect(client.say(100) == "sent")
      let end = try server.accept()
      #expect(end.hear(100).count == 100)
      #expect(end.say(70_000) == "sent")
      #expect(client.hear(70_000).count == 70_000)
      let port = client.socket.port
      client.close()
      _ = end.hearAll()
      end.close()
      #expect(porxy.tells(ofSessions: number))
      let told = porxy.sessions.last
      #expect(told?["client"] == "127.0.0.1:\(port)")
      #expect(told?["via"]?.hasPrefix("127.0.0.1:") == true && told?["via"] != told?["client"])
      #expect(told?["bytes_to_backend"] == "100" && told?["bytes_to_client"] == "70000")
    }
    // Who comes without a header is not let in.
    let stranger = try Peer.connect(to: porxy.fronts[0])
    stranger.send("GET / HTTP/1.0\r\n\r\n")
    #expect(stranger.waitForReset())
    #expect(porxy.tells(ofSessions: 4))
    #expect(porxy.sessions.last?["how"] == "denied" && porxy.sessions.last?["reason"] == "header")
  }

  @Test("what HAProxy sends in version 1 is read", .needs(.haproxy))
  func haproxyV1() async throws {
    try await Thread.run { try checkReading { try .haproxy(to: $0, "send-proxy") } }
  }

  @Test("what HAProxy sends in version 2 is read, with a checksum and an identifier", .needs(.haproxy))
  func haproxyV2() async throws {
    try await Thread.run {
      try checkReading { try .haproxy(to: $0, "send-proxy-v2 proxy-v2-options crc32c,unique-id") }
    }
  }

  @Test("what nginx sends is read", .needs(.nginx))
  func nginxV1() async throws {
    try await Thread.run {
      try checkReading { try .nginx("proxy_pass \($0.host):\($0.port); proxy_protocol on;") }
    }
  }

  @Test(
    "HAProxy reads what porxy sends, and tells the server in its own words", .needs(.haproxy), arguments: ["v1", "v2"])
  func toHAProxy(version: String) async throws {
    try await Thread.run {
      let server = try ServerSocket.listening()
      let partner = try Partner.haproxy(bind: "accept-proxy", to: server.address, "send-proxy")
      let porxy = try ProxyProcess(
        to: ["127.0.0.1 \(partner.address.port)"], backend: "proxy_protocol: \(version)")
      for _ in 0..<3 {
        let client = try Peer.connect(to: porxy.fronts[0])
        client.send("hello")
        let end = try server.accept()
        let line = "PROXY TCP4 127.0.0.1 127.0.0.1 \(client.socket.port) \(porxy.fronts[0].port)\r\nhello"
        let heard = String(decoding: end.receive(exactly: line.utf8.count), as: UTF8.self)
        #expect(heard == line)
        end.send("good bye")
        #expect(String(decoding: client.receive(exactly: 8), as: UTF8.self) == "good bye")
        client.close()
        end.close()
      }
    }
  }

  @Test("nginx reads what porxy sends", .needs(.nginx), arguments: ["v1", "v2"])
  func toNginx(version: String) async throws {
    try await Thread.run {
      let partner = try Partner.nginx(
        listen: "proxy_protocol",
        "return \"$proxy_protocol_addr:$proxy_protocol_port $proxy_protocol_server_port\\n\";")
      let porxy = try ProxyProcess(
        to: ["127.0.0.1 \(partner.address.port)"], backend: "proxy_protocol: \(version)")
      for _ in 0..<3 {
        let client = try Peer.connect(to: porxy.fronts[0])
        let line = "127.0.0.1:\(client.socket.port) \(porxy.fronts[0].port)\n"
        let heard = String(decoding: client.receive(exactly: line.utf8.count), as: UTF8.self)
        #expect(heard == line)
        client.close()
      }
    }
  }

  @Test("porxy behind porxy: fields of HAProxy's header go on to HAProxy", .needs(.haproxy))
  func through() async throws {
    try await Thread.run {
      let server = try ServerSocket.listening()
      let last = try Partner.haproxy(bind: "accept-proxy", to: server.address, "send-proxy-v2")
      let porxy = try ProxyProcess(
        to: ["127.0.0.1 \(last.address.port)"], listener: Self.reads, backend: "proxy_protocol: v2")
      let first = try Partner.haproxy(to: porxy.fronts[0], "send-proxy-v2 proxy-v2-options crc32c")
      let client = try Peer.connect(to: first.address)
      client.send("hello")
      let end = try server.accept()
      let port = client.socket.port
      let header: [UInt8] =
        [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0x00, 0x0c]
        + [127, 0, 0, 1, 127, 0, 0, 1]
        + [port, first.address.port].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }
      #expect(end.receive(exactly: header.count + 5) == header + Array("hello".utf8))
      client.close()
      end.close()
    }
  }
}
