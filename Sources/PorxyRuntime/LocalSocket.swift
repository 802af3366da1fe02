import CPorxyLinux
import Glibc
import PorxyCore

/// The calling end of a unix socket, for commands that ask a running porxy.
package struct LocalSocket: ~Copyable {
  /// Non-blocking.
  package let descriptor: Int32

  /// Connects to the socket at a path; the errno if no process answers there.
  package init(to path: String) throws(Failure) {
    let socket = porxy_local_socket()
    guard socket >= 0 else { throw Failure(code: -socket) }
    let result = unsafe porxy_local_connect(socket, path)
    guard result >= 0 else {
      Glibc.close(socket)
      throw Failure(code: -result)
    }
    descriptor = socket
  }

  deinit { Glibc.close(descriptor) }

  /// What the kernel says instead of a connection.
  package struct Failure: Error, Equatable {
    /// An errno.
    package let code: Int32
  }

  /// Takes some of what the other end has sent: nothing at its end, and nil where nothing comes in time.
  package func receive(within patience: Duration) -> [UInt8]? {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: patience.nanoseconds / 1_000_000)
    guard unsafe poll(&wanted, 1, milliseconds) > 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
    return count > 0 ? Array(bytes.prefix(count)) : []
  }
}
