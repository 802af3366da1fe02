import CPorxyLinux
import Glibc

@testable import porxy

/// A porxy with an admin socket, and ways to ask it.
final class AdminStage: Sendable {
  let server: ServerSocket
  let folder = TemporaryFolder()
  let path: String
  let proxy: ProxyProcess

  /// `more` are further keys of `admin`, `extra` further lines of the configuration.
  init(
    more: String = "", extra: String = "workers: 2", limit: Int? = nil, at path: String? = nil
  ) throws {
    server = try ServerSocket.listening()
    let path = path ?? folder.newPath("admin.sock")
    self.path = path
    proxy = try ProxyProcess(
      to: ["127.0.0.1 \(server.address.port)"], extra: "\(extra)\nadmin: {socket: \"\(path)\"\(more)}", limit: limit)
  }

  /// A whole request by the unix socket.
  func ask(_ method: String, _ target: String) throws -> AdminClient.Answer {
    try AdminClient(path: path).ask(method, target)
  }

  /// The status of the answer; 0 where there is none.
  func status(_ method: String, _ target: String) -> Int { (try? ask(method, target).status) ?? 0 }

  /// A client of porxy and its end at the server, which have greeted each other.
  func session() throws -> (client: Peer, server: Peer) {
    let client = try Peer.connect(to: proxy.fronts[0])
    let backend = try server.accept()
    return (client, backend)
  }

  /// Whether both directions of a session still bring what is said.
  static func isAlive(_ session: (client: Peer, server: Peer)) -> Bool {
    session.client.say(5)
    session.server.say(7)
    return session.server.hear(5).count == 5 && session.client.hear(7).count == 7
  }

  /// Connects to a unix socket; nil where nobody answers.
  static func call(_ path: String) -> PeerSocket? {
    let descriptor = porxy_local_socket()
    guard descriptor >= 0 else { return nil }
    guard unsafe porxy_local_connect(descriptor, path) >= 0 else {
      close(descriptor)
      return nil
    }
    return PeerSocket(local: descriptor)
  }
}

extension PeerSocket {
  /// Sends a text, as much of it as the kernel takes at once; how many bytes that was.
  @discardableResult
  func send(_ text: String) -> Int {
    let bytes = Array(text.utf8)
    let result = unsafe bytes.withUnsafeBytes { unsafe send($0.baseAddress.unsafelyUnwrapped, $0.count) }
    return (try? result.get()) ?? 0
  }

  /// What comes until the other end ends, or until `isEnough`; nil where neither happens in time.
  func hearText(by deadline: Deadline = .usual, until isEnough: (String) -> Bool = { _ in false }) -> String? {
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while wait(for: POLLIN, by: deadline) != 0 {  // bound: the deadline
      let result = unsafe room.withUnsafeMutableBytes { unsafe receive($0.baseAddress.unsafelyUnwrapped, $0.count) }
      guard case .success(let count) = result, count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += room.prefix(count)
      let text = String(decoding: bytes, as: UTF8.self)
      if isEnough(text) { return text }
    }
    return nil
  }
}

/// Asks by TCP, as any program would.
enum HTTPClient {
  /// The status of the answer and its whole text; 0 and nothing where there is none.
  static func ask(_ address: Address, _ request: String) throws -> (status: Int, text: String) {
    let peer = try Peer.connect(to: address)
    defer { peer.close() }
    peer.socket.send(request)
    let text = peer.socket.hearText() ?? ""
    return (Int(text.dropFirst(9).prefix(3)) ?? 0, text)
  }

  static func get(_ address: Address, _ path: String, host: String = "127.0.0.1") throws -> Int {
    try ask(address, "GET \(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n").status
  }
}
