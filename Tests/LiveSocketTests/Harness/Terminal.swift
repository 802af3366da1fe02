import Glibc
import Synchronization

/// A terminal for a program that a test starts.
final class Terminal: Sendable {
  private let own: Int32
  /// The program's end.
  let other: Int32
  private let taken = Mutex("")

  init() throws {
    var (own, other) = (Int32(-1), Int32(-1))
    let code = unsafe openTerminal(&own, &other, nil, nil, nil)
    guard code == 0 else { throw SocketFailure(call: "openpty", code: errno) }
    (self.own, self.other) = (own, other)
    _ = fcntl(own, F_SETFL, O_NONBLOCK)
    for end in [own, other] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(own)
    close(other)
  }

  /// All that was written to it so far.
  var text: String {
    taken.withLock { taken in
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      var count = unsafe read(own, &bytes, bytes.count)
      while count > 0 {  // bound: what was written
        taken += String(decoding: bytes[..<count], as: UTF8.self)
        count = unsafe read(own, &bytes, bytes.count)
      }
      return taken
    }
  }

  /// Presses keys.
  func type(_ text: String) {
    var bytes = Array(text.utf8)
    _ = unsafe write(own, &bytes, bytes.count)
  }

  /// Gives the window another size, of which the kernel tells the program in it by SIGWINCH.
  func resize(width: UInt16, height: UInt16) {
    var size = winsize(ws_row: height, ws_col: width, ws_xpixel: 0, ws_ypixel: 0)
    _ = unsafe ioctl(own, UInt(TIOCSWINSZ), &size)
  }

  /// How it treats what is typed and written.
  var settings: [UInt32] {
    var settings = termios()
    _ = unsafe tcgetattr(other, &settings)
    return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
  }

  /// What is left on the screen, without empty lines: each line from its last carriage return on.
  var lines: [String] {
    text.replacing("\r\n", with: "\n").split(separator: "\n").compactMap { line in
      line.split(separator: "\r", omittingEmptySubsequences: false).last { !$0.isEmpty }.map(String.init)
    }
  }

  /// Waits until the pattern is on it; false if it never came.
  func shows(_ pattern: String) -> Bool {
    guard let regex = try? Regex(pattern) else { return false }
    return Deadline.usual.awaits { text.contains(regex) }
  }
}

/// It is declared in a header of its own.
@_silgen_name("openpty")
private func openTerminal(
  _ terminal: UnsafeMutablePointer<Int32>, _ other: UnsafeMutablePointer<Int32>, _ name: UnsafeMutablePointer<CChar>?,
  _ settings: UnsafeRawPointer?, _ size: UnsafeRawPointer?
) -> Int32
