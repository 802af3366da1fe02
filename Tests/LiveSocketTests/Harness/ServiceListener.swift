import Glibc
import Synchronization

/// A service manager that only listens: the socket that `NOTIFY_SOCKET` names.
final class ServiceListener: Sendable {
  /// A path, or a name behind `@`.
  let name: String
  private let descriptor: Int32
  private let messages = Mutex<[String]>([])

  init(named name: String) throws {
    self.name = name
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    let isAbstract = name.hasPrefix("@")
    let length = MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in
      unsafe path.copyBytes(from: bytes)
      if isAbstract { unsafe path[0] = 0 }
    }
    let descriptor = descriptor
    let result = unsafe withUnsafeBytes(of: &address) { bytes in
      unsafe bind(descriptor, bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
    }
    guard result == 0 else { throw SocketFailure(call: "bind \(name)", code: errno) }
  }

  deinit { close(descriptor) }

  /// A command that runs the one behind it as this manager's service, with further variables.
  func prefix(_ variables: [String] = []) -> [String] { ["env", "NOTIFY_SOCKET=\(name)"] + variables }

  /// Everything it has heard so far.
  var heard: [String] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {  // bound: what was sent
      let count = unsafe recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { break }
      messages.withLock { $0.append(String(decoding: bytes[..<count], as: UTF8.self)) }
    }
    return messages.withLock { $0 }
  }

  /// Waits for so many messages that begin like that; false if they did not come in time.
  func hears(_ beginning: String, times: Int = 1, by deadline: Deadline = .usual) -> Bool {
    deadline.awaits { heard.count { $0.hasPrefix(beginning) } >= times }
  }

  /// What porxy says of its life, without repeated messages about its status.
  var life: [String] {
    heard.compactMap { $0.split(separator: "\n").first.map(String.init) }
      .filter { !$0.hasPrefix("STATUS=") && !$0.hasPrefix("WATCHDOG=") }
  }
}
