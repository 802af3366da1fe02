import Glibc
import Synchronization
import TestSupport

/// An admin socket that a test answers.
final class FakeAdmin: Sendable {
  let path: String
  private let state: State

  private final class State: Sendable {
    let listening: Int32
    let overview: Mutex<String>
    let requests = Mutex<[String]>([])

    init(_ listening: Int32, _ overview: String) {
      self.listening = listening
      self.overview = Mutex(overview)
    }

    /// One request after the other, until the socket is shut.
    func serve() {
      var client = accept(listening, nil, nil)
      while client >= 0 {  // bound: until the socket is shut
        answer(client)
        Spawning.apart { _ = close(client) }
        client = accept(listening, nil, nil)
      }
    }

    private func answer(_ client: Int32) {
      var (request, bytes) = ("", [UInt8](repeating: 0, count: 4096))
      while !request.contains("\r\n\r\n") {  // bound: the client's request
        let count = unsafe recv(client, &bytes, bytes.count, 0)
        guard count > 0 else { return }
        request += String(decoding: bytes[..<count], as: UTF8.self)
      }
      let line = request.split(separator: " ").prefix(2).joined(separator: " ")
      requests.withLock { $0.append(line) }
      let body = line == "GET /overview" ? overview.withLock { $0 } : "done\n"
      var answer = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
      while !answer.isEmpty {  // bound: the answer
        let count = unsafe send(client, &answer, answer.count, Int32(MSG_NOSIGNAL))
        guard count > 0 else { return }
        answer.removeFirst(count)
      }
    }
  }

  init(in folder: TemporaryFolder, _ overview: String) throws {
    path = folder.newPath("admin.sock")
    let listening = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let code = unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listening, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0, listen(listening, 16) == 0 else { throw SocketFailure(call: "bind", code: errno) }
    let state = State(listening, overview)
    self.state = state
    Thread { state.serve() }.detach()
  }

  deinit { shutdown(state.listening, Int32(SHUT_RDWR)) }

  /// From now on looks show this.
  func show(_ overview: String) { state.overview.withLock { $0 = overview } }

  /// Method and path of each request so far.
  var requests: [String] { state.requests.withLock { $0 } }
}
