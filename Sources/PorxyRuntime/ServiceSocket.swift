import CPorxyLinux
import Glibc

/// Where a service manager wants to hear of this process: the socket that `NOTIFY_SOCKET` names (sd_notify(3)).
///
/// Its descriptor is opened once, so that messages get out when there is none left. The environment keeps the name.
package final class ServiceSocket: Sendable {
  private let name: String
  /// Or -errno.
  private let descriptor: Int32

  /// Nil where no service manager wants to hear.
  package init?(named name: String? = Program.environment("NOTIFY_SOCKET")) {
    guard let name, !name.isEmpty else { return nil }
    self.name = name
    descriptor = porxy_notify_socket()
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// Sends a message of lines like `READY=1`, without waiting; the errno where that fails.
  package func send(_ message: String) -> Int32? {
    guard descriptor >= 0 else { return -descriptor }
    let bytes = message.utf8CString
    let result = unsafe bytes.withUnsafeBufferPointer { text in
      // Without the zero at its end.
      unsafe porxy_notify(descriptor, name, text.baseAddress, text.count - 1)
    }
    return result < 0 ? -result : nil
  }
}

/// systemd's journal as the reader of a stream.
package enum Journal {
  /// Whether the journal reads what is written to a descriptor: systemd names the device and the inode of the stream
  /// that it has connected, which may have been redirected since (`JOURNAL_STREAM`, systemd.exec(5)).
  package static func reads(
    _ descriptor: Int32, stream: String? = Program.environment("JOURNAL_STREAM")
  ) -> Bool {
    guard let stream else { return false }
    let numbers = stream.split(separator: ":", omittingEmptySubsequences: false).map { UInt64($0) }
    var facts = stat()
    guard numbers.count == 2, unsafe fstat(descriptor, &facts) == 0 else { return false }
    return numbers[0] == UInt64(facts.st_dev) && numbers[1] == UInt64(facts.st_ino)
  }
}
